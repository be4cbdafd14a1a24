"""Which events a consumer has handled: a redelivery is found here and does nothing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Column, String, Table, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.bus import Message
from runtime.database import Instant, Write, insert_new
from runtime.database.tables import metadata

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", String, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("recorded_at", Instant, nullable=False),
)


async def take_new(tx: Write, consumer: str, messages: Sequence[Message]) -> list[Message]:
    """Note messages as handled in this transaction, and return those that had not been, in order."""
    once = {message.event_id: message for message in reversed(messages)}
    rows = [{"consumer": consumer, "event_id": event_id, "recorded_at": tx.recorded_at} for event_id in once]
    fresh = await insert_new(tx.connection, inbox, rows, inbox.c.event_id)
    return [message for event_id, message in reversed(once.items()) if event_id in fresh]


async def has_handled(connection: AsyncConnection, consumer: str, event_id: UUID) -> bool:
    """Tell whether a consumer has handled an event."""
    mine = select(inbox.c.event_id).where(inbox.c.consumer == consumer, inbox.c.event_id == event_id)
    return (await connection.execute(mine)).first() is not None
