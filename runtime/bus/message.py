"""A CloudEvent on its way: attributes, the bytes of its data, and where it stands in its topic."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


class Position(NamedTuple):
    """Where a message stands. Compare only positions of one stream."""

    stream: str
    """The outbox's epoch, or the Kafka partition."""
    number: int
    """The transaction's number, or the Kafka offset."""
    ordinal: int = 0
    """The event's place within its transaction."""


class Message(NamedTuple):
    """One event as CloudEvents 1.0 names it."""

    topic: str
    key: str
    """Id of the aggregate: messages of one key keep their order."""
    event_id: str
    type: str
    source: str
    time: datetime
    data: bytes
    """The event as JSON."""
    position: Position
    traceparent: str | None = None
    """W3C trace context of the request that caused the event."""


def from_outbox(rows: Iterable[Any], epoch: UUID) -> list[Message]:
    """Return the messages of outbox rows."""
    stream = str(epoch)
    return [
        Message(
            topic=row.topic,
            key=row.key,
            event_id=str(row.event_id),
            type=row.type,
            source=row.source,
            time=row.recorded_at,
            data=row.data,
            position=Position(stream, row.revision, row.ordinal),
            traceparent=row.traceparent,
        )
        for row in rows
    ]
