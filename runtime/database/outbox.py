"""Events that must be published: written in the transaction of the fact they tell.

The outbox keeps everything for ever, and no row of it ever changes. It is the embedded bus itself, and what the relay
sends to Kafka: in the order of the places, so that one place says how far Kafka has acknowledged it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    Uuid,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.model import Event
from runtime.database.revision import Revision
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
    Column("unit_id", Uuid),
)
outbox_sent = Table(
    "outbox_sent",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)


class Place(NamedTuple):
    """Where an event stands in the outbox. Places are ordered as events are, and commit in that order."""

    revision: int
    ordinal: int


BEGINNING = Place(-1, -1)
"""Before the first event: revisions and ordinals count from 0 at least."""
IN_ORDER = (outbox.c.revision, outbox.c.ordinal)


def is_after(place: Place) -> ColumnElement[bool]:
    """Return the condition that an event stands after a place."""
    return tuple_(*IN_ORDER) > tuple_(*place)


def events_after(place: Place) -> Select[Any]:
    """Return the query of the events after a place, in order, with what `from_outbox` makes messages of."""
    names = ("event_id", "topic", "key", "type", "source", "recorded_at", "data", "traceparent")
    columns = (outbox.c[name] for name in names)
    return select(*IN_ORDER, *columns).where(is_after(place)).order_by(*IN_ORDER)


async def sent_through(connection: AsyncConnection) -> Place:
    """Return the place of the last event that Kafka has acknowledged, with all before it."""
    row = (await connection.execute(select(outbox_sent.c.revision, outbox_sent.c.ordinal))).one()
    return Place(row.revision, row.ordinal)


async def mark_sent_through(connection: AsyncConnection, place: Place) -> None:
    """Note that Kafka has acknowledged all events up to a place."""
    await connection.execute(update(outbox_sent).values(revision=place.revision, ordinal=place.ordinal))


class Published(NamedTuple):
    """An event that waits for its transaction to commit."""

    event: Event
    traceparent: str | None
    """Trace context of what caused it: events of one transaction may come from several messages."""


def outbox_rows(revision: Revision, source: str, events: Sequence[Published]) -> list[Mapping[str, Any]]:
    """Return the rows of one transaction's events, numbered in the order in which they were published."""
    return [
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
