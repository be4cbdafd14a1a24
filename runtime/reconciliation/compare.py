"""Compare a service's sets: its state with its outbox, its outbox with its topic, the topics it reads with its inbox.

Each pair is read in the order in which elements move, the place that they leave first: what is on its way meanwhile
is no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, select

from contracts.topics import topic_of
from runtime.bus import Listed
from runtime.comparison import Comparison, Element, Fact, Reconciliation, comparison
from runtime.consumer import Consumer
from runtime.database import Read
from runtime.database.outbox import is_after, outbox, sent_through
from runtime.dead_letter import State, dead_letter, state_of
from runtime.inbox import inbox
from runtime.service import Service

_IDS_AT_ONCE = 5000
"""Ids in one statement: both databases limit the number of its parameters to some 32,000."""


async def reconcile(service: Service, since: datetime | None) -> Reconciliation:
    """Compare everything, or what was told since an instant.

    Raises:
        OSError, SQLAlchemyError: A broker or the database does not answer.
    """
    comparisons = [await _state_with_outbox(service, since)]
    async with service.database.read() as read:
        comparisons += [await compare(read) for compare in service.comparisons]
    if service.bus.publisher() is not None:
        comparisons.append(await _outbox_with_topic(service, since))
    unhandled, seen = 0, set[UUID]()
    for consumer in service.consumers:
        found, waiting, ids = await _topic_with_inbox(service, consumer, since)
        comparisons.append(found)
        unhandled += waiting
        seen.update(ids)
    if since is None and service.consumers:
        comparisons.append(await _inbox_with_topics(service, seen))
    letters = await _letters(service)
    return Reconciliation(
        comparisons=comparisons,
        unsent=await _unsent(service),
        unhandled=unhandled,
        put_aside=letters[State.WAITING],
        discarded=letters[State.DISCARDED],
    )


async def _state_with_outbox(service: Service, since: datetime | None) -> Comparison:
    async with service.database.read() as read:
        after = await _last_before(read, since)
        told = await service.told(read, after)
        statement = select(outbox.c.event_id, outbox.c.type, outbox.c.key, outbox.c.revision, outbox.c.recorded_at)
        rows = (await read.execute(statement.where(outbox.c.revision > after))).all()
    rows = [row for row in rows if (row.type, row.key) not in told.untraced]
    published = Counter(Fact(row.type, row.key, row.revision) for row in rows)
    missing = (
        Element(type=one.type, key=one.key, revision=one.revision) for one in (told.facts - published).elements()
    )
    extra = published - told.facts
    surplus = (_element(row) for row in rows if Fact(row.type, row.key, row.revision) in extra)
    return comparison("state", "outbox", compared=told.facts.total(), missing=missing, surplus=surplus)


async def _last_before(read: Read, since: datetime | None) -> int:
    """Return the last transaction before an instant that told something: a border between whole transactions."""
    if since is None:
        return -1
    # From the end, by the index of the numbers: time grows with them.
    before = select(outbox.c.revision).where(outbox.c.recorded_at < since).order_by(outbox.c.revision.desc()).limit(1)
    last: int | None = (await read.execute(before)).scalar_one_or_none()
    return -1 if last is None else last


async def _outbox_with_topic(service: Service, since: datetime | None) -> Comparison:
    topic = topic_of(service.name)
    async with service.database.read() as read:
        told = select(outbox.c.event_id, outbox.c.type, outbox.c.key, outbox.c.revision, outbox.c.recorded_at)
        is_sent = ~is_after(await sent_through(read.connection))
        told = told.where(is_sent, outbox.c.revision > await _last_before(read, since))
        sent = {row.event_id: row for row in await read.execute(told)}
    there = {one.event_id: one async for one in service.bus.contents(topic, since=since)}
    missing = (_element(row) for event_id, row in sent.items() if event_id not in there)
    # What was sent meanwhile, or is sent and not yet marked, is in the outbox by now.
    unknown = await _without(service, outbox, there.keys() - sent.keys())
    surplus = (_listed(there[event_id]) for event_id in unknown)
    return comparison("outbox", topic, compared=len(sent), missing=missing, surplus=surplus)


async def _topic_with_inbox(
    service: Service, consumer: Consumer, since: datetime | None
) -> tuple[Comparison, int, Collection[UUID]]:
    """Compare what the consumer has passed with what it handled or put aside.

    Returns also how many events it has not come to, and the ids of all.
    """
    topic = consumer.topic
    contents = service.bus.contents(topic, since=since, reader=service.database, consumer=consumer.name)
    there = {one.event_id: one async for one in contents}
    passed = {event_id for event_id, one in there.items() if one.is_passed}
    unhandled = await _without(service, inbox, passed)
    lost = await _without(service, dead_letter, unhandled)
    missing = (_listed(there[event_id]) for event_id in lost)
    return comparison(topic, "inbox", compared=len(passed), missing=missing), len(there) - len(passed), there.keys()


async def _inbox_with_topics(service: Service, seen: Collection[UUID]) -> Comparison:
    """Find what was handled and is in no topic."""
    async with service.database.read() as read:
        handled = (await read.execute(select(inbox.c.event_id))).scalars().all()
    unknown = set(handled).difference(seen)
    if unknown:
        # It may have come, and been handled, since the topics were read.
        again = {one.event_id for consumer in service.consumers async for one in service.bus.contents(consumer.topic)}
        unknown -= again
    surplus = (Element(event_id=event_id, type="", key="") for event_id in unknown)
    return comparison("inbox", "topics", compared=len(handled), missing=surplus)


async def _without(service: Service, table: Table, ids: Collection[UUID]) -> set[UUID]:
    """Return those ids that a table has no event of."""
    left = set(ids)
    async with service.database.read() as read:
        every = list(ids)
        for start in range(0, len(every), _IDS_AT_ONCE):
            known = select(table.c.event_id).where(table.c.event_id.in_(every[start : start + _IDS_AT_ONCE]))
            left.difference_update((await read.execute(known)).scalars())
    return left


async def _unsent(service: Service) -> int:
    if service.bus.publisher() is None:
        return 0
    async with service.database.read() as read:
        unsent = select(func.count()).select_from(outbox).where(is_after(await sent_through(read.connection)))
        return int((await read.execute(unsent)).scalar_one())


async def _letters(service: Service) -> dict[State, list[UUID]]:
    found: dict[State, list[UUID]] = {state: [] for state in State}
    async with service.database.read() as read:
        columns = (dead_letter.c.event_id, dead_letter.c.replayed_at, dead_letter.c.discarded_at)
        for row in (await read.execute(select(*columns).order_by(dead_letter.c.died_at))).mappings():
            found[state_of(row)].append(row["event_id"])
    return found


def _element(row: Any) -> Element:
    return Element(event_id=row.event_id, type=row.type, key=row.key, revision=row.revision, time=row.recorded_at)


def _listed(one: Listed) -> Element:
    return Element(event_id=one.event_id, type=one.type, key=one.key, time=one.time)
