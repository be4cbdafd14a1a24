"""The bus of one process: each subscriber reads its producer's outbox from its own offset.

The outbox is durable and complete, so this is a real bus: kill the process at any instant, and every undelivered
event is there at the next start. A new subscriber starts at the beginning. Nothing polls: a commit wakes the readers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, Select, String, Table, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.bus import Listed, Subscription
from runtime.bus.message import Message, from_outbox
from runtime.database import Database
from runtime.database.outbox import BEGINNING, IN_ORDER, Place, events_after, outbox
from runtime.database.rows import insert_for
from runtime.database.tables import metadata

offset = Table(
    "subscription_offset",
    metadata,
    Column("consumer", String, primary_key=True),
    Column("topic", String, primary_key=True),
    Column("epoch", Uuid, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
)


class EmbeddedBus:
    """Delivers from the outboxes of the services in this process."""

    def __init__(self, producers: Mapping[str, Database]) -> None:
        """Take the database of each topic's producer, by topic."""
        self._producers = producers

    async def subscribe(self, consumer: str, topic: str, database: Database) -> Subscription:
        producer = self._producers.get(topic)
        if producer is None:
            return SilentSubscription()
        return await EmbeddedSubscription.resumed(consumer, topic, own=database, producer=producer)

    def publisher(self) -> None:
        return None

    def differences(self) -> int:
        return 0

    async def contents(
        self, topic: str, *, since: datetime | None = None, reader: Database | None = None, consumer: str = ""
    ) -> AsyncIterator[Listed]:
        producer = self._producers.get(topic)
        if producer is None:
            return
        passed = BEGINNING
        if reader is not None:
            passed = (await EmbeddedSubscription.resumed(consumer, topic, own=reader, producer=producer)).place
        statement = select(outbox).where(outbox.c.topic == topic).order_by(*IN_ORDER)
        if since is not None:
            statement = statement.where(outbox.c.recorded_at >= since)
        async with producer.read() as read:
            rows = (await read.execute(statement)).all()
        for row in rows:
            is_passed = (row.revision, row.ordinal) <= passed
            yield Listed(row.event_id, row.type, row.key, row.recorded_at, is_passed)


class EmbeddedSubscription:
    """A consumer's place in a producer's outbox, kept in the consumer's own database."""

    def __init__(self, consumer: str, topic: str, *, own: Database, producer: Database) -> None:
        self._consumer = consumer
        self._topic = topic
        self._own = own
        self._producer = producer
        self._at = BEGINNING

    @classmethod
    async def resumed(cls, consumer: str, topic: str, *, own: Database, producer: Database) -> EmbeddedSubscription:
        """Return the place after the last event handled."""
        subscription = cls(consumer, topic, own=own, producer=producer)
        subscription._at = await subscription._committed()
        return subscription

    @property
    def place(self) -> Place:
        """Place of the last event that was handed out."""
        return self._at

    async def fetch(self, limit: int) -> Sequence[Message]:
        while True:
            rings = self._producer.committed.rings
            async with self._producer.read() as read:
                newest = await read.newest()
                rows = (await read.execute(self._after(self._at).limit(limit))).all()
            if rows:
                self._at = Place(rows[-1].revision, rows[-1].ordinal)
                return from_outbox(rows, newest.epoch)
            await self._producer.committed.after(rings)

    async def record(self, connection: AsyncConnection, last: Message) -> None:
        row = {
            "consumer": self._consumer,
            "topic": self._topic,
            "epoch": UUID(last.position.stream),
            "revision": last.position.number,
            "ordinal": last.position.ordinal,
            "event_id": last.event_id,
        }
        place = {name: row[name] for name in ("epoch", "revision", "ordinal", "event_id")}
        statement = insert_for(connection, offset).values(row)
        await connection.execute(statement.on_conflict_do_update(index_elements=["consumer", "topic"], set_=place))

    async def commit(self, handled: Sequence[Message]) -> None:
        """Do nothing: the offset was committed with the consumer's transaction."""

    async def _committed(self) -> Place:
        """Return the place of the last event handled, or one before the first."""
        mine = select(offset).where(offset.c.consumer == self._consumer, offset.c.topic == self._topic)
        async with self._own.read() as read:
            row = (await read.execute(mine)).one_or_none()
        if row is None or not await self._still_holds(row.epoch, row.revision, row.ordinal, row.event_id):
            return BEGINNING
        return Place(row.revision, row.ordinal)

    async def _still_holds(self, epoch: UUID, revision: int, ordinal: int, event_id: UUID) -> bool:
        """Tell whether the outbox still has, at this place, the event that was handled last.

        If not, the producer was restored from a backup: start over, and let the inbox drop what it knows.
        """
        there = select(outbox.c.event_id).where(outbox.c.revision == revision, outbox.c.ordinal == ordinal)
        async with self._producer.read() as read:
            newest = await read.newest()
            found = (await read.execute(there)).scalar_one_or_none()
        return newest.epoch == epoch and found == event_id

    async def lag(self) -> int:
        unhandled = self._after(await self._committed())
        count = select(func.count()).select_from(unhandled.subquery())
        async with self._producer.read() as read:
            return int((await read.execute(count)).scalar_one())

    async def close(self) -> None:
        return None

    def _after(self, place: Place) -> Select[Any]:
        return events_after(place).where(outbox.c.topic == self._topic)


class SilentSubscription:
    """A place in a topic whose producer is not in this process: nothing ever comes."""

    async def fetch(self, limit: int) -> Sequence[Message]:  # noqa: ARG002
        await asyncio.Event().wait()
        return ()

    async def record(self, connection: AsyncConnection, last: Message) -> None:
        """Do nothing: there is no message to have come to."""

    async def commit(self, handled: Sequence[Message]) -> None:
        """Do nothing: there is no message to have come to."""

    async def lag(self) -> int:
        return 0

    async def close(self) -> None:
        return None
