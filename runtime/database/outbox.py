"""Events that must be published: written in the transaction of the fact they tell.

The outbox keeps everything for ever. It is the embedded bus itself, and what the relay sends to Kafka.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Uuid
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.model import Event
from runtime.database.revision import Revision
from runtime.database.rows import insert_rows
from runtime.database.tables import metadata
from runtime.database.types import Instant

_EVENTS = UUID("1d1f9a52-9b0e-5f38-8d57-0e9a6c5b4d21")

outbox = Table(
    "outbox",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("topic", String, nullable=False),
    Column("key", String, nullable=False),
    Column("type", String, nullable=False),
    Column("source", String, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("traceparent", String),
    Column("data", LargeBinary, nullable=False),
    Column("sent_at", Instant),
    Column("unit_id", Uuid),
)
Index(
    "ix_outbox_unsent",
    outbox.c.revision,
    outbox.c.ordinal,
    sqlite_where=outbox.c.sent_at.is_(None),
    postgresql_where=outbox.c.sent_at.is_(None),
)


class Published(NamedTuple):
    """An event that waits for its transaction to commit."""

    event: Event
    traceparent: str | None
    """Trace context of what caused it: events of one transaction may come from several messages."""


async def flush_events(
    connection: AsyncConnection, revision: Revision, source: str, events: Sequence[Published]
) -> None:
    """Write the events of one transaction, numbered in the order in which they were published."""
    if not events:
        return
    rows = [
        {
            "revision": revision.number,
            "ordinal": ordinal,
            # Derived, so that a transaction that is run again gives its events the same ids.
            "event_id": uuid5(_EVENTS, f"{revision.epoch}|{revision.number}|{ordinal}"),
            "topic": event.topic,
            "key": event.key(),
            "type": event.type,
            "source": f"/lanhmanh/{source}",
            "recorded_at": revision.recorded_at,
            "traceparent": traceparent,
            "data": event.model_dump_json().encode(),
            "unit_id": event.unit(),
        }
        for ordinal, (event, traceparent) in enumerate(events)
    ]
    await insert_rows(connection, outbox, rows)
