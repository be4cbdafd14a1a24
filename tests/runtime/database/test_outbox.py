"""The outbox: what is published is written with its fact, in order, as a CloudEvent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from runtime.bus.message import from_outbox
from runtime.database import Database, Write
from runtime.database.outbox import BEGINNING, events_after
from runtime.database.revision import revision
from runtime.telemetry.trace import set_traceparent
from tests.rig import MORNING
from tests.runtime.lighthouse.lamps import LampLit, light

pytestmark = pytest.mark.asyncio

EPOCH = UUID("0a0b0c0d-0000-4000-8000-000000000007")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def rows(database: Database) -> Sequence[Any]:
    async with database.read() as read:
        return (await read.execute(events_after(BEGINNING))).all()


async def test_events_keep_the_order_of_their_transactions_and_within_them(database: Database) -> None:
    async def two(tx: Write) -> None:
        await light(tx, "Vũng Tàu")
        await light(tx, "Kê Gà")

    await database.write(two)
    await database.write(lambda tx: light(tx, "Bạch Long Vĩ"))

    assert [(row.revision, row.ordinal, row.key) for row in await rows(database)] == [
        (1, 0, "Vũng Tàu"),
        (1, 1, "Kê Gà"),
        (2, 0, "Bạch Long Vĩ"),
    ]


async def test_an_event_says_what_happened_where_and_when(database: Database) -> None:
    await database.write(lambda tx: light(tx, "Kê Gà", brightness=7))

    (row,) = await rows(database)
    (message,) = from_outbox([row], EPOCH)
    assert (message.type, message.topic) == ("vn.lanhmanh.lighthouse.lamp.lit.v1", "lanhmanh.lighthouse")
    assert (message.source, message.key, message.time) == ("/lanhmanh/lighthouse", "Kê Gà", MORNING)
    assert LampLit.model_validate_json(message.data) == LampLit(place="Kê Gà", brightness=7)
    assert (message.position.stream, message.position.number, message.position.ordinal) == (str(EPOCH), 1, 0)


async def test_ids_of_events_follow_from_their_place_in_the_history(database: Database) -> None:
    await database.mark(lambda connection: connection.execute(update(revision).values(epoch=EPOCH)))

    await database.write(lambda tx: light(tx, "Kê Gà"))

    # Pinned: inboxes hold these ids for ever.
    assert [row.event_id for row in await rows(database)] == [UUID("7fed8a75-7579-5b80-b7ad-85defda11ac7")]


async def test_an_event_carries_the_trace_of_what_caused_it(database: Database) -> None:
    async def two_causes(tx: Write) -> None:
        set_traceparent(TRACE)
        tx.publish(LampLit(place="Kê Gà"))
        set_traceparent(None)
        tx.publish(LampLit(place="Mũi Dinh"))

    await database.write(two_causes)

    assert [row.traceparent for row in await rows(database)] == [TRACE, None]
