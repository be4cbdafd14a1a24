"""Send the outbox to Kafka: in order, and marked only after the broker has acknowledged.

Dead letters go the same way, to the topic of those that the service could not handle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import RowMapping, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.topics import dead_topic_of
from runtime.bus import Message, Publisher
from runtime.bus.message import from_outbox
from runtime.cancellation import all_of
from runtime.database import Database
from runtime.database.outbox import outbox
from runtime.database.rows import is_one_of
from runtime.dead_letter import list_unsent, mark_sent, to_message
from runtime.telemetry.metrics import Metrics

BATCH = 1000
"""Events sent at once at most."""
_LOOK_SECONDS = 1.0
"""How often the outbox is looked at though nothing rang: other replicas commit too, and ring no bell here."""

_PLACE = (outbox.c.revision, outbox.c.ordinal)


@dataclass(frozen=True, slots=True)
class _Load:
    """What is sent together, and marked together."""

    rows: Sequence[Any] = ()
    letters: Sequence[RowMapping] = ()
    messages: Sequence[Message] = ()

    @property
    def last(self) -> tuple[int, int]:
        """Place of its last event in the outbox, or one before all."""
        return (self.rows[-1].revision, self.rows[-1].ordinal) if self.rows else (-1, -1)


_NOTHING = _Load()


class Relay:
    """The one sender of a service's events: run it by `run_alone`."""

    def __init__(self, database: Database, publisher: Publisher, metrics: Metrics) -> None:
        self._database = database
        self._publisher = publisher
        self._metrics = metrics
        self._measured_at = -_LOOK_SECONDS

    async def run(self) -> None:
        """Send until cancelled, or until broker or database fail: what was not marked is sent again by the next run.

        While one load is sent, the one before it is marked and the one after it is read.
        """
        sent = sending = _NOTHING
        while True:
            rings = self._database.committed.rings
            # First, so that the gauges tell of an outage while it lasts.
            await self._measure()
            under_way = (sent, sending)
            *_, following = await all_of(self._mark(sent), self._send(sending), self._read_behind(under_way))
            sent, sending = sending, following
            if not (sent.messages or sending.messages):
                await self._database.committed.after(rings, at_most=_LOOK_SECONDS)

    async def _read_behind(self, under_way: Sequence[_Load]) -> _Load:
        """Read what is neither sent nor under way."""
        last = max(load.last for load in under_way)
        unsent = (
            select(outbox)
            .where(outbox.c.sent_at.is_(None), tuple_(*_PLACE) > tuple_(*last))
            .order_by(*_PLACE)
            .limit(BATCH)
        )
        async with self._database.read() as read:
            newest = await read.newest()
            rows = (await read.execute(unsent)).all()
            # They have no place to read on from: while some are under way, no others are looked for.
            is_busy = any(load.letters for load in under_way)
            letters = [] if is_busy else await list_unsent(read.connection, BATCH)
        if not (rows or letters):
            return _NOTHING
        topic = dead_topic_of(self._database.service) if letters else None
        events = from_outbox(rows, newest.epoch)
        return _Load(rows, letters, [*events, *(to_message(letter, topic) for letter in letters)])

    async def _send(self, load: _Load) -> None:
        if load.messages:
            await self._publisher.send(load.messages)

    async def _mark(self, load: _Load) -> None:
        """Note that a load was acknowledged."""

        async def note(connection: AsyncConnection) -> None:
            now = self._database.clock.now()
            sent = is_one_of(connection, outbox.c.event_id, [row.event_id for row in load.rows])
            await connection.execute(update(outbox).where(sent).values(sent_at=now))
            await mark_sent(connection, load.letters, now)

        if load.messages:
            await self._database.mark(note)

    async def _measure(self) -> None:
        if monotonic() - self._measured_at < _LOOK_SECONDS:
            return
        waiting = select(func.count().label("unsent"), func.min(outbox.c.recorded_at).label("oldest")).where(
            outbox.c.sent_at.is_(None)
        )
        async with self._database.read() as read:
            row = (await read.execute(waiting)).one()
        age = (self._database.clock.now() - row.oldest).total_seconds() if row.oldest else 0.0
        self._metrics.unsent.labels(self._database.service).set(row.unsent)
        self._metrics.unsent_age.labels(self._database.service).set(age)
        self._measured_at = monotonic()
