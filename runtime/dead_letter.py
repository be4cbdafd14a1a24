"""Events that kept failing, put aside with their bytes so that they block nobody and are not lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Uuid,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.bus import Message, Position
from runtime.database import Instant, Write, insert_new, insert_rows
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
    Column("traceparent", String),
    Column("data", LargeBinary, nullable=False),
    Column("failure", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("died_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("replayed_at", Instant),
    Column("discarded_at", Instant),
)
Index("ix_dead_letter_waiting", dead_letter.c.consumer, dead_letter.c.replayed_at)

dead_letter_act = Table(
    "dead_letter_act",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("consumer", String, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("act", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("client", String, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("revision", BigInteger, nullable=False),
)
"""What people did with dead letters, and why. Rows are added, never changed."""
Index("ix_dead_letter_act_event_id", dead_letter_act.c.event_id)

_IS_WAITING = (dead_letter.c.replayed_at.is_(None), dead_letter.c.discarded_at.is_(None))


class Act(StrEnum):
    """What can be done with a dead letter. Values are sent and stored: never change one."""

    REPLAY = "replay"
    """Handle it after all."""
    DISCARD = "discard"
    """Leave it without effect for ever. Its bytes stay."""


class State(StrEnum):
    """What became of a dead letter."""

    WAITING = "waiting"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


def state_of(letter: RowMapping) -> State:
    """Return what became of a dead letter."""
    if letter["replayed_at"] is not None:
        return State.REPLAYED
    return State.WAITING if letter["discarded_at"] is None else State.DISCARDED


async def put_aside(
    connection: AsyncConnection, consumer: str, message: Message, *, failure: str, tries: int, at: datetime
) -> None:
    """Keep a message that failed `tries` times. `failure` is the kind of the error, never its text."""
    row = {
        "consumer": consumer,
        "event_id": message.event_id,
        "topic": message.topic,
        "type": message.type,
        "key": message.key,
        "source": message.source,
        "time": message.time,
        "traceparent": message.traceparent,
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
    waiting = select(dead_letter).where(*mine, *_IS_WAITING).order_by(dead_letter.c.died_at)
    return [to_message(row) for row in (await connection.execute(waiting)).mappings()]


async def list_unsent(connection: AsyncConnection, limit: int) -> Sequence[RowMapping]:
    """Return dead letters that are not in the topic of dead letters yet, oldest first."""
    unsent = select(dead_letter).where(dead_letter.c.sent_at.is_(None)).order_by(dead_letter.c.died_at).limit(limit)
    return (await connection.execute(unsent)).mappings().all()


async def mark_sent(connection: AsyncConnection, letters: Sequence[RowMapping], at: datetime) -> None:
    """Note that dead letters are in their topic."""
    for letter in letters:
        await connection.execute(update(dead_letter).where(*_same(letter)).values(sent_at=at))


async def list_letters(connection: AsyncConnection, state: State | None, limit: int) -> Sequence[RowMapping]:
    """Return dead letters, the newest first."""
    statement = select(dead_letter).order_by(dead_letter.c.died_at.desc(), dead_letter.c.event_id).limit(limit)
    match state:
        case State.WAITING:
            statement = statement.where(*_IS_WAITING)
        case State.REPLAYED:
            statement = statement.where(dead_letter.c.replayed_at.is_not(None))
        case State.DISCARDED:
            statement = statement.where(dead_letter.c.discarded_at.is_not(None))
    return (await connection.execute(statement)).mappings().all()


async def find_letter(connection: AsyncConnection, consumer: str, event_id: UUID) -> RowMapping | None:
    """Return a dead letter, or None."""
    mine = (dead_letter.c.consumer == consumer, dead_letter.c.event_id == event_id)
    return (await connection.execute(select(dead_letter).where(*mine))).mappings().one_or_none()


async def acts_on(connection: AsyncConnection, consumer: str, event_id: UUID) -> Sequence[RowMapping]:
    """Return what people did with a dead letter, the first act first."""
    mine = (dead_letter_act.c.consumer == consumer, dead_letter_act.c.event_id == event_id)
    acts = select(dead_letter_act).where(*mine).order_by(dead_letter_act.c.revision)
    return (await connection.execute(acts)).mappings().all()


async def note_act(tx: Write, letter: RowMapping, act: Act, *, act_id: UUID, reason: str, client: str) -> None:
    """Keep what somebody did with a dead letter, and what became of it by that."""
    changed = {"replayed_at": tx.recorded_at} if act is Act.REPLAY else {"discarded_at": tx.recorded_at}
    await tx.execute(update(dead_letter).where(*_same(letter)).values(changed))
    row = {"id": act_id, "act": act.value, "reason": reason, "client": client}
    stamp = {"recorded_at": tx.recorded_at, "revision": tx.number}
    which = {"consumer": letter["consumer"], "event_id": letter["event_id"]}
    await insert_rows(tx.connection, dead_letter_act, [row | stamp | which])


async def count_waiting(connection: AsyncConnection) -> int:
    """Return how many messages of all consumers are put aside."""
    waiting = select(func.count()).select_from(dead_letter).where(*_IS_WAITING)
    return int((await connection.execute(waiting)).scalar_one())


async def mark_replayed(connection: AsyncConnection, consumer: str, message: Message, at: datetime) -> None:
    """Note that a message put aside has taken effect after all."""
    mine = (dead_letter.c.consumer == consumer, dead_letter.c.event_id == message.event_id)
    await connection.execute(update(dead_letter).where(*mine).values(replayed_at=at))


def to_message(letter: RowMapping, topic: str | None = None) -> Message:
    """Return the message as it was; with `topic`, as it is sent there."""
    return Message(
        topic=topic or letter["topic"],
        key=letter["key"],
        event_id=letter["event_id"],
        type=letter["type"],
        source=letter["source"],
        time=letter["time"],
        data=letter["data"],
        position=Position("dead", 0),
        traceparent=letter["traceparent"],
    )


def _same(letter: RowMapping) -> tuple[Any, ...]:
    return dead_letter.c.consumer == letter["consumer"], dead_letter.c.event_id == letter["event_id"]
