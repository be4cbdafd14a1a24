"""Obligations: one flat row each with how they stand, beside the history of all that happened to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, SmallInteger, select, text, tuple_
from sqlmodel import Field

from kernel.clock import from_micros, to_micros
from runtime.database import Instant, Json, Read
from runtime.http.pages import Followed, rows_after
from services.reports.domain.refusals import ObligationUnknown
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.history import NEVER, Fact, FactKind
from services.reports.store.numbers import IDS_AT_ONCE
from services.reports.store.table import ReportsTable

_TOLD = Flag.TOLD.value
_IS_TOLD = text(f"(flags & {_TOLD}) = {_TOLD}")


class ObligationRow(ReportsTable, table=True):
    """An obligation, and how it stands once all recorded facts have occurred."""

    __tablename__ = "obligation_state"
    __table_args__ = (
        Index(
            "ix_obligation_state_told",
            "revision",
            postgresql_where=_IS_TOLD,
            postgresql_include=("id", "unit_no", "period_no", "series_no"),
            sqlite_where=_IS_TOLD,
        ),
    )

    id: UUID = Field(primary_key=True)
    plan_id: UUID = Field(index=True)
    rule: str
    unit_id: UUID = Field(index=True)
    period: str
    requirement: str
    title: str = ""
    """What is asked for: of ad hoc requests and flash reports."""
    unit_no: int = Field(sa_type=Integer)
    period_no: int = Field(sa_type=Integer)
    series_no: int = Field(sa_type=Integer)
    """The numbers of its unit, its period, and of the series in which it was opened."""
    due: int = Field(sa_type=BigInteger)
    """This and what follows is `Flat`, in microseconds UTC: what the board knows of the present, at a fixed width.

    PostgreSQL has one more column, which it makes of the numbers of this row by itself: `PACKED`.
    """
    first_receipt_at: int = Field(sa_type=BigInteger)
    first_recorded_at: int = Field(sa_type=BigInteger)
    accepted_at: int = Field(sa_type=BigInteger)
    correction_due_at: int = Field(sa_type=BigInteger)
    flags: int = Field(sa_type=SmallInteger)
    version: int = Field(sa_type=Integer)
    """Grows with every change: the ETag."""
    revision: int = Field(sa_type=BigInteger, index=True)


class HistoryRow(ReportsTable, table=True):
    """One thing that happened to an obligation. Rows are added, never changed."""

    __tablename__ = "obligation_history"

    obligation_id: UUID = Field(primary_key=True)
    revision: int = Field(sa_type=BigInteger, primary_key=True)
    ordinal: int = Field(sa_type=Integer, primary_key=True)
    kind: int = Field(sa_type=SmallInteger)
    occurred_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    version: int | None = None
    correction_due_at: datetime | None = Field(default=None, sa_type=Instant)
    trace: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    """Why and by whom: decision, reason, plan version, unit, client, report; `calendar`: the digest of the calendar
    with which the due instant was found."""


_state = ObligationRow.__table__  # type: ignore[attr-defined]
_history = HistoryRow.__table__  # type: ignore[attr-defined]


def to_fact(row: Any) -> Fact:
    """Return the engine's word for a row of the history, as a mapping or a database row."""
    of = row if isinstance(row, Mapping) else row._mapping
    return Fact(
        kind=FactKind(of["kind"]),
        occurred_at=to_micros(of["occurred_at"]),
        recorded_at=to_micros(of["recorded_at"]),
        revision=of["revision"],
        ordinal=of["ordinal"],
        due_at=None if of["due_at"] is None else to_micros(of["due_at"]),
        version=of["version"],
        correction_due_at=None if of["correction_due_at"] is None else to_micros(of["correction_due_at"]),
    )


async def facts_of(read: Read, ids: Iterable[UUID]) -> dict[UUID, list[Fact]]:
    """Return what happened to obligations, by id, in the order of recording."""
    found: dict[UUID, list[Fact]] = {one: [] for one in ids}
    wanted = list(found)
    for start in range(0, len(wanted), IDS_AT_ONCE):
        some = wanted[start : start + IDS_AT_ONCE]
        for row in (await read.execute(select(_history).where(_history.c.obligation_id.in_(some)))).all():
            found[row.obligation_id].append(to_fact(row))
    return found


def due_at_of(row: Any) -> datetime | None:
    """Return the due instant of an obligation's row; None if it is undated."""
    return None if row.due == NEVER else from_micros(row.due)


async def get_obligation(read: Read, obligation_id: UUID) -> Any:
    """Return the row of an obligation.

    Raises:
        ObligationUnknown: There is none.
    """
    return (await get_obligations(read, [obligation_id]))[0]


async def get_obligations(read: Read, ids: Sequence[UUID]) -> Sequence[Any]:
    """Return the rows of obligations, in the order of their ids.

    Raises:
        ObligationUnknown: One of them is not there.
    """
    rows = {row.id: row for row in await find_obligations(read, ids)}
    for one in ids:
        if one not in rows:
            raise ObligationUnknown(obligation=one)
    return [rows[one] for one in ids]


async def find_obligations(read: Read, ids: Sequence[UUID]) -> Sequence[Any]:
    """Return the rows of those obligations that are there, in no order."""
    return (await read.execute(select(_state).where(_state.c.id.in_(ids)))).all()


async def list_of_plan(read: Read, plan_id: UUID) -> Sequence[Any]:
    """Return the rows of all obligations under a plan."""
    return (await read.execute(select(_state).where(_state.c.plan_id == plan_id))).all()


async def list_due_after(read: Read, instant: datetime) -> Sequence[Any]:
    """Return the rows of obligations that are due later than an instant; the undated are not among them."""
    later = (_state.c.due > to_micros(instant), _state.c.due < NEVER)
    return (await read.execute(select(_state).where(*later))).all()


async def history_of(read: Read, obligation_id: UUID) -> Sequence[Any]:
    """Return the rows of what happened to an obligation, in the order in which it was written down."""
    mine = select(_history).where(_history.c.obligation_id == obligation_id)
    return (await read.execute(mine.order_by(_history.c.revision, _history.c.ordinal))).all()


async def numbers_of(read: Read, ids: Iterable[UUID]) -> dict[UUID, Any]:
    """Return by which numbers the board knows obligations: `unit_no`, `period_no`, `series_no`, by id."""
    found: dict[UUID, Any] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), IDS_AT_ONCE):
        columns = (_state.c.id, _state.c.unit_no, _state.c.period_no, _state.c.series_no)
        some = select(*columns).where(_state.c.id.in_(wanted[start : start + IDS_AT_ONCE]))
        found |= {row.id: row for row in (await read.execute(some)).all()}
    return found


async def changed_obligations(read: Read, after: int, limit: int) -> Followed:
    """Return the rows of obligations that changed after a revision, by whole revisions."""
    return await rows_after(read, _state, after=after, limit=limit)


async def list_page(
    read: Read,
    *,
    limit: int,
    after_key: tuple[Any, ...] | None = None,
    plan_id: UUID | None = None,
    unit_id: UUID | None = None,
    period: str | None = None,
) -> Sequence[Any]:
    """Return up to `limit` rows in the order (period, rule, id), from behind a key."""
    statement = select(_state).order_by(_state.c.period, _state.c.rule, _state.c.id).limit(limit)
    if plan_id is not None:
        statement = statement.where(_state.c.plan_id == plan_id)
    if unit_id is not None:
        statement = statement.where(_state.c.unit_id == unit_id)
    if period is not None:
        statement = statement.where(_state.c.period == period)
    if after_key is not None:
        statement = statement.where(tuple_(_state.c.period, _state.c.rule, _state.c.id) > after_key)
    return (await read.execute(statement)).all()
