"""Records are CloudEvents in binary mode, and come back as they left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from runtime.bus.binary_mode import UNREADABLE, from_record, to_headers
from runtime.bus.message import Message, Position

EVENT_ID = "018f3c1e-7a10-7c3b-9f11-2f6d8d0c7a11"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def a_message(*, time: datetime, traceparent: str | None = None) -> Message:
    return Message(
        topic="harbour",
        key="Hồng Hà",
        event_id=UUID(EVENT_ID),
        type="vn.lanhmanh.harbour.bell.rung.v1",
        source="/lanhmanh/harbour",
        time=time,
        data='{"ship":"Hồng Hà"}'.encode(),
        position=Position("2", 41),
        traceparent=traceparent,
    )


def test_the_attributes_are_headers_as_the_binding_names_them() -> None:
    noon = datetime(2025, 6, 15, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=7)))

    assert to_headers(a_message(time=noon)) == [
        ("ce_specversion", b"1.0"),
        ("ce_id", EVENT_ID.encode()),
        ("ce_source", b"/lanhmanh/harbour"),
        ("ce_type", b"vn.lanhmanh.harbour.bell.rung.v1"),
        ("ce_time", b"2025-06-15T05:00:00.000005Z"),
        ("content-type", b"application/json"),
    ]


@pytest.mark.parametrize("traceparent", [None, TRACE])
def test_a_message_comes_back_as_it_left(traceparent: str | None) -> None:
    message = a_message(time=datetime(2025, 6, 14, 16, 59, 59, 999_999, tzinfo=UTC), traceparent=traceparent)

    returned = from_record(
        topic="harbour",
        partition=2,
        offset=41,
        key=message.key.encode(),
        value=message.data,
        headers=to_headers(message),
    )

    assert returned == message


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("ce_id", b"7"), ("ce_source", b"/sea"), ("ce_type", b"x"), ("ce_time", b"2025-06-15T05:00:00Z")],
        [("ce_id", EVENT_ID.encode()), ("ce_source", b"/sea"), ("ce_type", b"x"), ("ce_time", b"yesterday")],
        [("ce_id", EVENT_ID.encode()), ("ce_source", b"/sea"), ("ce_type", b"x"), ("ce_time", b"2025-06-15T05:00")],
        [("ce_id", EVENT_ID.encode()), ("ce_source", b"/sea"), ("ce_time", b"2025-06-15T05:00:00Z")],
    ],
    ids=["nothing", "an id that is none of ours", "no instant", "no offset", "no type"],
)
def test_what_is_no_event_of_ours_passes_as_unreadable_under_an_id_of_its_place(
    headers: list[tuple[str, bytes]],
) -> None:
    twice = [
        from_record(topic="harbour", partition=0, offset=offset, key=None, value=None, headers=headers)
        for offset in (7, 7, 8)
    ]

    assert {message.type for message in twice} == {UNREADABLE}
    first, again, other = (message.event_id for message in twice)
    assert first == again != other
