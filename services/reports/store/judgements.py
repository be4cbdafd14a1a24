"""Verdicts on promises without a number, which the receiver gives with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, select
from sqlmodel import Field

from runtime.database import Instant, Read, Write, insert_rows
from services.reports.store.table import ReportsTable


class JudgementRow(ReportsTable, table=True):
    """One verdict. A later one takes the place of an earlier one; none is changed."""

    __tablename__ = "judgement"

    id: UUID = Field(primary_key=True)
    plan_id: UUID
    indicator: str
    unit_id: UUID
    """The unit judged, with its subtree."""
    period: str
    met: bool = Field(sa_type=Boolean)
    reason: str
    judged_by: UUID
    occurred_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_judgement = JudgementRow.__table__  # type: ignore[attr-defined]


async def add_judgement(tx: Write, row: dict[str, Any]) -> None:
    """Write a verdict."""
    await insert_rows(tx.connection, _judgement, [row | {"recorded_at": tx.recorded_at, "revision": tx.number}])


async def get_judgement(read: Read, judgement_id: UUID) -> Any:
    """Return the row of a verdict that is known to exist."""
    return (await read.execute(select(_judgement).where(_judgement.c.id == judgement_id))).one()


async def judgements_after(read: Read, revision: int, newest: int) -> Sequence[Any]:
    """Return the rows of verdicts with a revision in (revision, newest], in order."""
    span = (_judgement.c.revision > revision, _judgement.c.revision <= newest)
    return (await read.execute(select(_judgement).where(*span).order_by(_judgement.c.revision))).all()
