"""Many rows in one statement: the same on both databases, whatever their columns hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Uuid, select

from runtime.database import Database, Instant, Json, insert_new, insert_rows
from runtime.database.types import metadata

pytestmark = pytest.mark.asyncio

chest = Table(
    "chest",
    metadata(),
    Column("id", Uuid, primary_key=True),
    Column("label", String),
    Column("pieces", Json),
    Column("seal", LargeBinary),
    Column("closed_at", Instant),
    Column("weight", Integer),
    Column("is_full", Boolean),
)


@pytest_asyncio.fixture
async def hold(database: Database) -> AsyncIterator[Database]:
    """A database with an empty table of chests."""
    await database.migrate(chest.create)
    try:
        yield database
    finally:
        await database.migrate(chest.drop)


def a_chest(number: int, **otherwise: Any) -> dict[str, Any]:
    row = {
        "id": UUID(int=number),
        "label": f"rương số {number}, {{lụa}}",
        "pieces": [number, {"tơ": None}, [1, 2]],
        "seal": bytes([0, number, 255]),
        "closed_at": datetime(2025, 6, 14, 16, 59, 59, 999_999, tzinfo=UTC),
        "weight": -number,
        "is_full": bool(number % 2),
    }
    return row | otherwise


async def chests(database: Database) -> list[dict[str, Any]]:
    async with database.read() as read:
        return [dict(row) for row in (await read.execute(select(chest).order_by(chest.c.id))).mappings()]


async def test_rows_are_read_as_they_were_inserted(hold: Database) -> None:
    rows = [a_chest(1), a_chest(2, label=None, pieces=None, seal=None, closed_at=None), a_chest(3, pieces=[])]

    await hold.mark(lambda connection: insert_rows(connection, chest, rows))

    assert await chests(hold) == rows


async def test_only_rows_that_are_not_there_are_new(hold: Database) -> None:
    await hold.mark(lambda connection: insert_new(connection, chest, [a_chest(1), a_chest(2)], chest.c.id))

    again = [a_chest(2, label="đổi"), a_chest(3), a_chest(3, label="lần nữa")]
    new = await hold.mark(lambda connection: insert_new(connection, chest, again, chest.c.id))

    assert new == {UUID(int=3)}
    assert await chests(hold) == [a_chest(1), a_chest(2), a_chest(3)]


async def test_no_rows_are_no_statement(hold: Database) -> None:
    await hold.mark(lambda connection: insert_rows(connection, chest, []))

    assert await hold.mark(lambda connection: insert_new(connection, chest, [], chest.c.id)) == set()
