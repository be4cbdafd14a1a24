"""Where the ledger ends, and how far numbers are given: read in the writer's turn, written with the tips.

The ledger is a chain of all tips, and beside it each unit's tips are a chain of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Integer, LargeBinary, select, tuple_
from sqlmodel import Field

from runtime.database import Additions, Manner, Read, Write, put_rows
from services.tips.ledger.entry import GENESIS
from services.tips.store.table import TipsTable

WHOLE = UUID(int=0)
"""Stands for all units, where a unit is named whose chain it is."""


class HeadRow(TipsTable, table=True):
    """The end of one unit's chain, or of the whole."""

    __tablename__ = "ledger_head"

    unit_id: UUID = Field(primary_key=True)
    entries: int = Field(sa_type=BigInteger)
    chain: bytes = Field(sa_type=LargeBinary)
    revision: int = Field(sa_type=BigInteger)


class CounterRow(TipsTable, table=True):
    """How many tips a unit received in a year."""

    __tablename__ = "tip_counter"

    unit_id: UUID = Field(primary_key=True)
    year: int = Field(sa_type=Integer, primary_key=True)
    last: int = Field(sa_type=Integer)
    revision: int = Field(sa_type=BigInteger)


_head = HeadRow.__table__  # type: ignore[attr-defined]
_counter = CounterRow.__table__  # type: ignore[attr-defined]


class Head(NamedTuple):
    """How many entries a chain has, and its end."""

    entries: int
    chain: bytes


NOTHING = Head(0, GENESIS)

UnitYear = tuple[UUID, int]


async def heads_of(read: Read, units: Collection[UUID]) -> dict[UUID, Head]:
    """Return the ends of some units' chains, and that of the whole; a unit without an entry has `NOTHING`."""
    wanted = {WHOLE, *units}
    rows = await read.execute(select(_head).where(_head.c.unit_id.in_(wanted)))
    return dict.fromkeys(wanted, NOTHING) | {row.unit_id: Head(row.entries, row.chain) for row in rows}


async def whole_head(read: Read) -> Head:
    """Return how many entries the ledger has, and its end."""
    row = (await read.execute(select(_head).where(_head.c.unit_id == WHOLE))).one_or_none()
    return NOTHING if row is None else Head(row.entries, row.chain)


async def counters_of(tx: Write, years: Collection[UnitYear]) -> dict[UnitYear, int]:
    """Return the last numbers of some units and years; 0 where there is none."""
    rows = await tx.execute(select(_counter).where(tuple_(_counter.c.unit_id, _counter.c.year).in_(years)))
    return dict.fromkeys(years, 0) | {(row.unit_id, row.year): row.last for row in rows}


def put_ends(additions: Additions, heads: Mapping[UUID, Head], counters: Mapping[UnitYear, int]) -> None:
    """Write the new ends of chains and numbers with all else that is added."""
    for unit, head in heads.items():
        additions.add(_head, _head_row(unit, head, additions.number), Manner.PUT)
    for (unit, year), last in counters.items():
        row = {"unit_id": unit, "year": year, "last": last, "revision": additions.number}
        additions.add(_counter, row, Manner.PUT)


async def write_head(tx: Write, unit: UUID, head: Head) -> None:
    """Write the new end of one chain, at once."""
    await put_rows(tx.connection, _head, [_head_row(unit, head, tx.number)])


def _head_row(unit: UUID, head: Head, number: int) -> dict[str, Any]:
    return {"unit_id": unit, **head._asdict(), "revision": number}
