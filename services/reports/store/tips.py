"""What the tips service told of tips: that they came, and when they were handled. Never content, or who said it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Integer, SmallInteger, select
from sqlmodel import Field

from kernel.clock import to_micros
from runtime.database import Instant, Read, Write
from services.reports.evaluation.tips import TipFact, TipFactKind
from services.reports.store.table import ReportsTable


class TipHistoryRow(ReportsTable, table=True):
    """One thing that happened to a tip. Rows are added, never changed.

    Each says where and when the tip was received, so that none of the others must be there, nor the unit.
    """

    __tablename__ = "tip_history"

    tip_id: UUID = Field(primary_key=True)
    revision: int = Field(sa_type=BigInteger, primary_key=True, index=True)
    ordinal: int = Field(sa_type=Integer, primary_key=True)
    """Its place among what one transaction wrote down."""
    kind: int = Field(sa_type=SmallInteger)
    unit_id: UUID
    """The unit that received the tip."""
    received_at: datetime = Field(sa_type=Instant)
    occurred_at: datetime = Field(sa_type=Instant)
    handled_at: datetime | None = Field(default=None, sa_type=Instant)
    """Of a closed tip."""
    late: bool = Field(sa_type=Boolean)
    recorded_at: datetime = Field(sa_type=Instant)


_history = TipHistoryRow.__table__  # type: ignore[attr-defined]


def add_tip_fact(tx: Write, row: dict[str, Any]) -> None:
    """Write what happened to a tip, behind what this transaction has already written."""
    stamp = {"recorded_at": tx.recorded_at, "revision": tx.number, "ordinal": tx.added}
    tx.add(_history, row | stamp)


def to_tip_fact(row: Any) -> TipFact:
    """Return the engine's word for a row."""
    return TipFact(
        kind=TipFactKind(row.kind),
        occurred_at=to_micros(row.occurred_at),
        recorded_at=to_micros(row.recorded_at),
        late=row.late,
        handled_at=None if row.handled_at is None else to_micros(row.handled_at),
    )


async def tip_facts_after(read: Read, revision: int, newest: int) -> Sequence[Any]:
    """Return the rows of what happened to tips with a revision in (revision, newest], in the order of recording."""
    span = (_history.c.revision > revision, _history.c.revision <= newest)
    order = (_history.c.revision, _history.c.tip_id, _history.c.ordinal)
    return (await read.execute(select(_history).where(*span).order_by(*order))).all()
