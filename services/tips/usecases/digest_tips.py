"""Issue every morning what is stuck, to whoever follows: also if nothing is, so that silence tells nothing either."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple

from contracts.events.tips import DigestIssued
from kernel.clock import legal_day
from kernel.ids import UnitId
from kernel.units import UnitTree
from runtime.database import Database, Read, Write
from runtime.reference import Reference, ReferenceView
from services.tips.domain.digest import Digest, day_of_digest, next_digest, reasons_of
from services.tips.domain.tip import TipState
from services.tips.store.digests import add_digests, newest_day, units_that_follow
from services.tips.store.happenings import missed_of_all
from services.tips.store.ledger import whole_head
from services.tips.store.messages import closed_and_unread
from services.tips.store.running import running_tips
from services.tips.store.tips import recorded_at_position
from services.tips.usecases.judge_deadlines import deadlines_of
from services.tips.usecases.look_for_alarms import terms_of


class Stuck(NamedTuple):
    """A tip that is not closed, or unread; the units that see to it, and what it waits for."""

    tip: Any
    line: tuple[UnitId, ...]
    """Who must act on it today, and all above."""
    reasons: tuple[str, ...]


async def stuck_tips(
    read: Read, view: ReferenceView, at: datetime, *, below: UnitId | None = None
) -> AsyncIterator[Stuck]:
    """Yield the tips that wait for something as they stand at an instant: open ones as they came, then closed ones.

    With `below` only those that a unit or one below it must see to.
    """
    units = None if below is None else _seen_to_below(below, view.tree, legal_day(at))
    for pages in (running_tips(read, units), closed_and_unread(read, units)):
        async for tips in pages:
            noted = await missed_of_all(read, tips)
            for tip in tips:
                yield _stuck(tip, noted.get(tip.id, {}), view, at)


def _seen_to_below(top: UnitId, tree: UnitTree, today: date) -> Collection[UnitId] | None:
    """Return the units whose duties a unit and those below it bear today; None for all that there ever were."""
    if top in tree.on(today).order[:1]:
        return None
    return {one for unit in tree.subtree(top, today) for one in (unit, *tree.predecessors(unit, today))}


def _stuck(tip: Any, noted: Mapping[str, datetime], view: ReferenceView, at: datetime) -> Stuck:
    found = deadlines_of(tip, view.calendar, noted)
    line = _line(UnitId(tip.responsible_id), view.tree, legal_day(at))
    is_unread = tip.unread_since is not None
    return Stuck(tip, line, tuple(reasons_of(TipState(tip.state), found, terms_of(tip), at, is_unread=is_unread)))


def _line(named: UnitId, tree: UnitTree, today: date) -> tuple[UnitId, ...]:
    """Return who bears a unit's duties today, and those above; where nobody does, whoever stands above all."""
    bearer = tree.bearer(named, today) if named in tree else None
    return tree.on(today).order[:1] if bearer is None else (bearer, *tree.ancestors(bearer, today))


async def digests_for(units: Collection[UnitId], stuck: AsyncIterator[Stuck]) -> Mapping[UnitId, Digest]:
    """Return for each of some units how its tips stand, and those of the units below it."""
    found = {unit: Digest() for unit in units}
    async for one in stuck:
        for unit in one.line:
            if unit in found:
                found[unit].add(TipState(one.tip.state), one.reasons)
    return found


async def next_issue(read: Read) -> datetime | None:
    """Return when digests are issued next: on every morning after the first tip came."""
    last = await newest_day(read)
    if last is not None:
        return next_digest(last)
    if (await whole_head(read)).entries == 0:
        return None
    return next_digest(day_of_digest(await recorded_at_position(read, 1)))


class IssueDigests:
    """What the watch on digests does: it judges first, and keeps the writer only for as long as it takes to issue."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    async def __call__(self, database: Database) -> bool:
        """Issue the digests of the newest morning, and say whether there were any.

        After an outage only that one: what was stuck on a morning that passed helps nobody to act.
        """
        now, view = database.clock.now(), await self._reference.view()
        async with database.read() as read:
            units = await _units(read, view, now)
            found = await digests_for(units, stuck_tips(read, view, now))
        return await database.write(lambda tx: _issue(found, now, tx))


async def _issue(found: Mapping[UnitId, Digest], now: datetime, tx: Write) -> bool:
    due = await next_issue(tx)
    if due is None or due > now:
        # Another replica was faster.
        return False
    day = day_of_digest(now)
    rows = [{"day": day, "unit_id": unit, "counts": asdict(digest), "issued_at": now} for unit, digest in found.items()]
    await add_digests(tx, rows)
    for unit, digest in found.items():
        tx.publish(DigestIssued(unit_id=unit, day=day, occurred_at=now, **asdict(digest)))
    return bool(found)


async def _units(read: Read, view: ReferenceView, at: datetime) -> Collection[UnitId]:
    """Return the units that get a digest: that above all, and those for which somebody follows."""
    following = sorted(UnitId(one) for one in await units_that_follow(read, DigestIssued.type))
    roots = view.tree.on(legal_day(at)).order[:1]
    return dict.fromkeys((*roots, *(one for one in following if one in view.tree)))
