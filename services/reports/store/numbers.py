"""Numbers in the place of ids: of units, of periods, and of the series in which obligations were opened.

They begin at 0 and are dense, in the order of first use: whoever keeps columns uses them as places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, FromClause, Integer, func, select
from sqlmodel import Field

from runtime.database import Instant, Read, Write, insert_rows
from services.reports.domain.obligation import OPENED_BY_HAND, Obligation
from services.reports.store.table import ReportsTable

K = TypeVar("K", UUID, str)

_GIVEN = {"autoincrement": False}
IDS_AT_ONCE = 5000
"""Ids in one statement: both databases limit the number of its parameters to some 32,000."""


class NumberedUnitRow(ReportsTable, table=True):
    """A unit that owed something, or that it was asked for."""

    __tablename__ = "numbered_unit"

    number: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs=_GIVEN)
    unit_id: UUID = Field(unique=True)


class NumberedPeriodRow(ReportsTable, table=True):
    """A period for which something is owed."""

    __tablename__ = "numbered_period"

    number: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs=_GIVEN)
    key: str = Field(unique=True)


class SeriesRow(ReportsTable, table=True):
    """What obligations have in common that one transaction opened under one rule. Rows are added, never changed."""

    __tablename__ = "series"

    number: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs=_GIVEN)
    plan_id: UUID
    rule: str
    requirement: str
    period: str
    """Its key where it was opened by hand (ad hoc, flash); else empty: a series goes over all periods of its rule."""
    title: str
    """What is asked for: of ad hoc requests and flash reports."""
    opened_at: datetime = Field(sa_type=Instant)
    opened_recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger)


_unit = NumberedUnitRow.__table__  # type: ignore[attr-defined]
_period = NumberedPeriodRow.__table__  # type: ignore[attr-defined]
_series = SeriesRow.__table__  # type: ignore[attr-defined]


class _Series(NamedTuple):
    plan_id: UUID
    rule: str
    requirement: str
    period: str


async def number_units(tx: Write, unit_ids: Iterable[UUID]) -> Mapping[UUID, int]:
    """Return the numbers of units; those without one get the next."""
    return await _numbers_of(tx, _unit, _unit.c.unit_id, unit_ids)


async def number_periods(tx: Write, keys: Iterable[str]) -> Mapping[str, int]:
    """Return the numbers of periods; those without one get the next."""
    return await _numbers_of(tx, _period, _period.c.key, keys)


async def begin_series(
    tx: Write, obligations: Sequence[Obligation], *, opened_at: datetime, opened_recorded_at: datetime, title: str
) -> Mapping[UUID, int]:
    """Write the series of obligations that this transaction opens, and return their numbers by obligation."""
    series_of = {one.id: _series_of(one) for one in obligations}
    next_number = await _next_number(tx, _series)
    numbers = {series: next_number + place for place, series in enumerate(dict.fromkeys(series_of.values()))}
    opening = {"opened_at": opened_at, "opened_recorded_at": opened_recorded_at}
    same = {"title": title, **opening, "revision": tx.number}
    rows = [{"number": number, **series._asdict(), **same} for series, number in numbers.items()]
    await insert_rows(tx.connection, _series, rows)
    return {one: numbers[series] for one, series in series_of.items()}


def _series_of(one: Obligation) -> _Series:
    period = one.period.key if one.period.frequency in OPENED_BY_HAND else ""
    return _Series(one.plan_id, one.rule, one.requirement.value, period)


async def _numbers_of(tx: Write, table: FromClause, key: Column[Any], wanted: Iterable[K]) -> dict[K, int]:
    # The transaction holds the revision's row: nobody else gives numbers meanwhile.
    asked = list(dict.fromkeys(wanted))
    found: dict[K, int] = {}
    for start in range(0, len(asked), IDS_AT_ONCE):
        known = select(key, table.c.number).where(key.in_(asked[start : start + IDS_AT_ONCE]))
        found |= {row._mapping[key.name]: row.number for row in (await tx.execute(known)).all()}
    fresh = [one for one in asked if one not in found]
    next_number = await _next_number(tx, table)
    given = {one: next_number + place for place, one in enumerate(fresh)}
    await insert_rows(tx.connection, table, [{"number": number, key.name: one} for one, number in given.items()])
    return found | given


async def _next_number(read: Read, table: FromClause) -> int:
    return int((await read.execute(select(func.coalesce(func.max(table.c.number) + 1, 0)))).scalar_one())
