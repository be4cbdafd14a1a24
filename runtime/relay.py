"""Send the outbox to Kafka: in order, and marked only after the broker has acknowledged.

Dead letters go the same way, to the topic of those that the service could not handle.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.topics import dead_topic_of
from runtime.bus import Message, Publisher
from runtime.bus.message import from_outbox
from runtime.cancellation import all_of
from runtime.database import Database
from runtime.database.outbox import Place, events_after, is_after, mark_sent_through, outbox, sent_through
from runtime.dead_letter import list_unsent, mark_sent, to_message
from runtime.telemetry.metrics import Metrics

BATCH = 1000
"""Events sent at once at most."""
_LOOK_SECONDS = 1.0
"""How often the outbox is looked at though nothing rang: other replicas commit too, and ring no bell here."""
_FEW = 100
_GATHER_SECONDS = 0.05
"""While few events come again and again, so many seconds' worth are sent at once: each round costs reads and a mark."""


@dataclass(frozen=True, slots=True)
class _Load:
    """What is sent together, and marked together."""

    rows: Sequence[Any] = ()
    letters: Sequence[RowMapping] = ()
    messages: Sequence[Message] = ()

    @property
    def last(self) -> Place | None:
        """Place of its last event in the outbox, if it has any."""
        return Place(self.rows[-1].revision, self.rows[-1].ordinal) if self.rows else None


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
        read_to: Place | None = None
        sent = sending = _NOTHING
        while True:
            rings = self._database.committed.rings
            # First, so that the gauges tell of an outage while it lasts.
            await self._measure()
            # Dead letters have no place to read on from: while some are under way, no others are looked for.
            is_busy = bool(sent.letters or sending.letters)
            is_trickle = 0 < len(sending.messages) < _FEW
            reading = self._read_after(read_to, with_letters=not is_busy, wait=_GATHER_SECONDS if is_trickle else 0)
            *_, following = await all_of(self._mark(sent), self._send(sending), reading)
            read_to = following.last or read_to
            sent, sending = sending, following
            if not (sent.messages or sending.messages):
                # The mark tells it again: it may be set back, to have events sent once more.
                read_to = None
                await self._database.committed.after(rings, at_most=_LOOK_SECONDS)

    async def _read_after(self, place: Place | None, *, with_letters: bool, wait: float) -> _Load:
        """Read what stands after a place, or after the mark, and dead letters that were not sent."""
        await asyncio.sleep(wait)
        async with self._database.read() as read:
            newest = await read.newest()
            place = place or await sent_through(read.connection)
            rows = (await read.execute(events_after(place).limit(BATCH))).all()
            letters = await list_unsent(read.connection, BATCH) if with_letters else []
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
            if load.last is not None:
                await mark_sent_through(connection, load.last)
            await mark_sent(connection, load.letters, self._database.clock.now())

        if load.messages:
            await self._database.mark(note)

    async def _measure(self) -> None:
        if monotonic() - self._measured_at < _LOOK_SECONDS:
            return
        waiting = select(func.count().label("unsent"), func.min(outbox.c.recorded_at).label("oldest"))
        async with self._database.read() as read:
            place = await sent_through(read.connection)
            row = (await read.execute(waiting.where(is_after(place)))).one()
        age = (self._database.clock.now() - row.oldest).total_seconds() if row.oldest else 0.0
        self._metrics.unsent.labels(self._database.service).set(row.unsent)
        self._metrics.unsent_age.labels(self._database.service).set(age)
        self._measured_at = monotonic()
