"""Who saw what was said on a tip, or who said it: a log whose entries hold on to each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, select
from sqlmodel import Field

from kernel.ids import new_id
from runtime.comparison import Comparison, Element, comparison
from runtime.database import Instant, Read, Write, insert_rows
from services.tips.ledger.entry import GENESIS, chained
from services.tips.ledger.reading import reading_leaf
from services.tips.store.ledger import Head, heads_of, write_head
from services.tips.store.table import TipsTable

READINGS = UUID(int=1)
"""Stands for the log of readings, where a unit is named whose chain it is."""


class ReadingKind(StrEnum):
    """What was seen. Values are stored: never change one."""

    CONTENT = "content"
    MESSAGES = "messages"
    INFORMANT = "informant"
    PACKAGE = "package"
    """A body outside got what an officer says of the tip."""


class ReadingRow(TipsTable, table=True):
    """Somebody saw something. Rows are added, never changed."""

    __tablename__ = "tip_reading"

    id: UUID = Field(primary_key=True)
    tip_id: UUID = Field(index=True)
    kind: str
    by_unit: UUID
    client: str
    occurred_at: datetime = Field(sa_type=Instant)
    entry: int = Field(sa_type=BigInteger, unique=True)
    """Place in the log, from 1 on, without gaps."""
    chain: bytes = Field(sa_type=LargeBinary)
    """The log up to this entry."""
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger)


_reading = ReadingRow.__table__  # type: ignore[attr-defined]


async def add_reading(
    tx: Write, kind: ReadingKind, *, tip_id: UUID, by_unit: UUID, client: str, occurred_at: datetime
) -> None:
    """Keep that somebody saw something, as the next entry of the log."""
    said: dict[str, Any] = {"tip_id": tip_id, "by_unit": by_unit, "client": client, "occurred_at": occurred_at}
    before = (await heads_of(tx, [READINGS]))[READINGS]
    head = Head(before.entries + 1, chained(before.chain, reading_leaf(kind=kind.value, **said)))
    stamp = {"entry": head.entries, "chain": head.chain, "recorded_at": tx.recorded_at, "revision": tx.number}
    await insert_rows(tx.connection, _reading, [{"id": new_id(tx.clock), "kind": kind.value, **said, **stamp}])
    await write_head(tx, READINGS, head)


async def readings_of(read: Read, tip_id: UUID) -> Sequence[Any]:
    """Return who saw what on a tip, the first one first."""
    mine = select(_reading).where(_reading.c.tip_id == tip_id)
    return (await read.execute(mine.order_by(_reading.c.entry))).all()


async def readings_after(read: Read, entry: int, limit: int) -> Sequence[Any]:
    """Return the log in its order, from behind an entry."""
    return (
        await read.execute(select(_reading).where(_reading.c.entry > entry).order_by(_reading.c.entry).limit(limit))
    ).all()


async def readings_with_chain(read: Read) -> Comparison:
    """Compare the log of readings with its chain: what is missing, and what is not as it was written."""
    head = (await heads_of(read, [READINGS]))[READINGS]
    chain, sound, at = GENESIS, set[int](), 0
    for row in await read.execute(select(_reading).order_by(_reading.c.entry)):
        said = {name: getattr(row, name) for name in ("kind", "tip_id", "by_unit", "client", "occurred_at")}
        at += 1
        if row.entry == at and row.chain == chained(chain, reading_leaf(**said)):
            sound.add(at)
        chain, at = row.chain, row.entry
    if chain != head.chain:
        sound.discard(head.entries)
    entries = set(range(1, head.entries + 1))
    return comparison(
        "chain",
        "readings",
        compared=len(entries),
        missing=(Element(type="reading", key=str(entry)) for entry in sorted(entries - sound)),
        surplus=(Element(type="reading", key=str(entry)) for entry in sorted(sound - entries)),
    )
