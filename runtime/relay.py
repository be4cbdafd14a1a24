"""Send the outbox to Kafka: in order, and marked only after the broker has acknowledged.

Dead letters go the same way, to the topic of those that the service could not handle.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.topics import dead_topic_of
from runtime.bus import Publisher
from runtime.bus.message import from_outbox
from runtime.database import Database
from runtime.database.outbox import outbox
from runtime.dead_letter import list_unsent, mark_sent, to_message
from runtime.telemetry.metrics import Metrics

BATCH = 500
"""Events sent at once at most."""


class Relay:
    """The one sender of a service's events: run it by `run_alone`."""

    def __init__(self, database: Database, publisher: Publisher, metrics: Metrics) -> None:
        self._database = database
        self._publisher = publisher
        self._metrics = metrics

    async def run(self) -> None:
        """Send until cancelled, or until broker or database fail: what was not marked is sent again by the next run."""
        while True:
            await self._send_waiting()

    async def _send_waiting(self) -> None:
        """Send one batch, or wait for a commit if there is nothing to send."""
        rings = self._database.committed.rings
        # First, so that the gauges tell of an outage while it lasts.
        await self._measure()
        unsent = select(outbox).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.revision, outbox.c.ordinal)
        async with self._database.read() as read:
            newest = await read.newest()
            rows = (await read.execute(unsent.limit(BATCH))).all()
            letters = await list_unsent(read.connection, BATCH)
        if rows or letters:
            topic = dead_topic_of(self._database.service) if letters else None
            events = [from_outbox(row, newest.epoch) for row in rows]
            await self._publisher.send([*events, *(to_message(letter, topic) for letter in letters)])
            await self._database.mark(partial(self._mark, rows=rows, letters=letters))
        else:
            # Other replicas commit too, and ring no bell here: look again after a second.
            await self._database.committed.after(rings, at_most=1.0)

    async def _mark(self, connection: AsyncConnection, rows: Sequence[Any], letters: Sequence[RowMapping]) -> None:
        now = self._database.clock.now()
        sent = outbox.c.event_id.in_([row.event_id for row in rows])
        await connection.execute(update(outbox).where(sent).values(sent_at=now))
        await mark_sent(connection, letters, now)

    async def _measure(self) -> None:
        waiting = select(func.count().label("unsent"), func.min(outbox.c.recorded_at).label("oldest")).where(
            outbox.c.sent_at.is_(None)
        )
        async with self._database.read() as read:
            row = (await read.execute(waiting)).one()
        age = (self._database.clock.now() - row.oldest).total_seconds() if row.oldest else 0.0
        self._metrics.unsent.labels(self._database.service).set(row.unsent)
        self._metrics.unsent_age.labels(self._database.service).set(age)
