"""CloudEvents 1.0 as Kafka records: attributes in `ce_` headers, the data as it is.

Source: Kafka Protocol Binding for CloudEvents 1.0.2, section 3.2 (binary content mode).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID, uuid5

from kernel.clock import as_utc
from runtime.bus.message import Message, Position

UNREADABLE = "unreadable"
"""Type of what is in a topic and is not a CloudEvent. No consumer has a handler for it."""

_SPECVERSION = ("ce_specversion", b"1.0")
_CONTENT_TYPE = ("content-type", b"application/json")
_PLACES = UUID("5b0c6a57-3a0e-5d0c-9a41-7f5f0f4a1b16")


def to_headers(message: Message) -> list[tuple[str, bytes]]:
    """Return the headers of a message's record. Its key and its data are the record's."""
    headers = [
        _SPECVERSION,
        ("ce_id", str(message.event_id).encode()),
        ("ce_source", message.source.encode()),
        ("ce_type", message.type.encode()),
        ("ce_time", as_utc(message.time).isoformat().replace("+00:00", "Z").encode()),
        _CONTENT_TYPE,
    ]
    if message.traceparent is not None:
        # The attribute of CloudEvents' distributed tracing extension: the trace that caused the event.
        headers.append(("ce_traceparent", message.traceparent.encode()))
    return headers


def from_record(
    *,
    topic: str,
    partition: int,
    offset: int,
    key: bytes | None,
    value: bytes | None,
    headers: Iterable[tuple[str, bytes]],
) -> Message:
    """Return the message of a record.

    A record that is no CloudEvent of this product becomes a message of type `UNREADABLE` with an id made of its place:
    it passes like any other, and does not block its partition for ever.
    """
    attributes = {name: text.decode(errors="replace") for name, text in headers}
    try:
        event_id, time = UUID(attributes["ce_id"]), as_utc(datetime.fromisoformat(attributes["ce_time"]))
        source, kind = attributes["ce_source"], attributes["ce_type"]
    except (KeyError, ValueError):
        event_id, time = uuid5(_PLACES, f"{topic}|{partition}|{offset}"), datetime.fromtimestamp(0, UTC)
        source, kind = "", UNREADABLE
    return Message(
        topic=topic,
        key=(key or b"").decode(errors="replace"),
        event_id=event_id,
        type=kind,
        source=source,
        time=time,
        data=value or b"",
        position=Position(str(partition), offset),
        traceparent=attributes.get("ce_traceparent"),
    )
