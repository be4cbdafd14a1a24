"""The lighthouse's only table, its only event, and how a lamp is lit."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, String, Table, Uuid, select

from contracts.model import Event
from kernel.ids import new_id
from runtime.database import Database, Write, insert_rows
from runtime.database.types import metadata as new_metadata

MIGRATIONS = Path(__file__).parent / "migrations"

metadata = new_metadata()

lamp = Table(
    "lamp",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("place", String, nullable=False, unique=True),
    Column("unit_id", Uuid),
    Column("brightness", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False, index=True),
)


class LampLit(Event):
    """Somebody lit a lamp."""

    type: ClassVar[str] = "vn.lanhmanh.lighthouse.lamp.lit.v1"
    topic: ClassVar[str] = "lanhmanh.lighthouse"

    place: str
    brightness: int = 100

    def key(self) -> str:
        return self.place


async def light(tx: Write, place: str, *, unit_id: UUID | None = None, brightness: int = 100) -> UUID:
    """Light a lamp in a transaction, and publish that it was lit."""
    lamp_id = new_id(tx.clock)
    row = {"id": lamp_id, "place": place, "unit_id": unit_id, "brightness": brightness}
    await insert_rows(tx.connection, lamp, [row | {"version": 1, "revision": tx.number}])
    tx.publish(LampLit(place=place, brightness=brightness))
    return lamp_id


async def lit(database: Database) -> list[tuple[int, str]]:
    """Return the lamps that are lit, as (revision, place), in this order."""
    async with database.read() as read:
        rows = await read.execute(select(lamp.c.revision, lamp.c.place).order_by(lamp.c.revision, lamp.c.place))
    return [(row.revision, row.place) for row in rows]
