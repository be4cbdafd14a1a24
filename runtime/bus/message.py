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
    event_id: UUID
    type: str
    source: str
    time: datetime
    data: bytes
    """The event as JSON."""
    position: Position
    traceparent: str | None = None
    """W3C trace context of the request that caused the event."""


def from_outbox(rows: Iterable[Any], epoch: UUID) -> list[Message]:
    """Return the messages of outbox rows, as `events_after` finds them."""
    stream = str(epoch)
    return [
        Message(topic, key, event_id, type_, source, time, data, Position(stream, revision, ordinal), traceparent)
        # Unpacked: to ask a row for a column by its name costs more than all else here.
        for revision, ordinal, event_id, topic, key, type_, source, time, data, traceparent in rows
    ]
