"""Events that kept failing, put aside with their bytes so that they block nobody and are not lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Uuid, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.bus import Message, Position
from runtime.database import Instant, insert_new
from runtime.database.tables import metadata

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("consumer", String, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("topic", String, nullable=False),
    Column("type", String, nullable=False),
    Column("key", String, nullable=False),
    Column("source", String, nullable=False),
    Column("time", Instant, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("failure", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("died_at", Instant, nullable=False),
    Column("replayed_at", Instant),
)
Index("ix_dead_letter_waiting", dead_letter.c.consumer, dead_letter.c.replayed_at)


async def put_aside(
    connection: AsyncConnection, consumer: str, message: Message, *, failure: str, tries: int, at: datetime
) -> None:
    """Keep a message that failed `tries` times. `failure` is the kind of the error, never its text."""
    row = {
        "consumer": consumer,
        "event_id": UUID(message.event_id),
        "topic": message.topic,
        "type": message.type,
        "key": message.key,
        "source": message.source,
        "time": message.time,
        "data": message.data,
        "failure": failure,
        "tries": tries,
        "died_at": at,
    }
    await insert_new(connection, dead_letter, [row], dead_letter.c.event_id)


async def list_waiting(connection: AsyncConnection, consumer: str, topic: str) -> Sequence[Message]:
    """Return the messages of a topic that were put aside and have not taken effect since, oldest first.

    A consumer reads several topics under one name, each with handlers that know nothing of the others' events.
    """
    mine = (dead_letter.c.consumer == consumer, dead_letter.c.topic == topic)
    waiting = select(dead_letter).where(*mine, dead_letter.c.replayed_at.is_(None))
    rows = (await connection.execute(waiting.order_by(dead_letter.c.died_at))).all()
    return [
        Message(
            topic=row.topic,
            key=row.key,
            event_id=str(row.event_id),
            type=row.type,
            source=row.source,
            time=row.time,
            data=row.data,
            position=Position("dead", 0),
        )
        for row in rows
    ]


async def count_waiting(connection: AsyncConnection) -> int:
    """Return how many messages of all consumers are put aside."""
    waiting = select(func.count()).select_from(dead_letter).where(dead_letter.c.replayed_at.is_(None))
    return int((await connection.execute(waiting)).scalar_one())


async def mark_replayed(connection: AsyncConnection, consumer: str, message: Message, at: datetime) -> None:
    """Note that a message put aside has taken effect after all."""
    mine = (dead_letter.c.consumer == consumer, dead_letter.c.event_id == UUID(message.event_id))
    await connection.execute(update(dead_letter).where(*mine).values(replayed_at=at))
