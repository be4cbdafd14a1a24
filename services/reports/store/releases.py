"""Statistics that referrals released, as they were told: protected before they came here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, select
from sqlmodel import Field

from kernel.clock import to_micros
from runtime.database import Instant, Json, Read, Write, insert_new
from services.reports.evaluation.releases import Release
from services.reports.store.table import ReportsTable


class ReleaseRow(ReportsTable, table=True):
    """The figures of a unit, a group and a period. None is changed: a later release takes its place."""

    __tablename__ = "statistics_release"

    id: UUID = Field(primary_key=True)
    unit_id: UUID
    """The root of the subtree whose persons are counted."""
    period: str
    elements: list[str] = Field(sa_type=Json)
    figures: dict[str, int] = Field(sa_type=Json)
    """By element; empty where they are suppressed."""
    suppressed: bool = Field(sa_type=Boolean)
    occurred_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_release = ReleaseRow.__table__  # type: ignore[attr-defined]


async def add_release(tx: Write, row: dict[str, Any]) -> None:
    """Write a release. Writing it again changes nothing."""
    stamped = row | {"recorded_at": tx.recorded_at, "revision": tx.number}
    await insert_new(tx.connection, _release, [stamped], _release.c.id)


def to_release(row: Any) -> Release:
    """Return the engine's word for a row."""
    return Release(
        id=row.id,
        elements=frozenset(row.elements),
        figures=row.figures,
        suppressed=row.suppressed,
        occurred_at=to_micros(row.occurred_at),
        recorded_at=to_micros(row.recorded_at),
    )


async def releases_after(read: Read, revision: int, newest: int) -> Sequence[Any]:
    """Return the rows of releases with a revision in (revision, newest], in order."""
    span = (_release.c.revision > revision, _release.c.revision <= newest)
    return (await read.execute(select(_release).where(*span).order_by(_release.c.revision, _release.c.id))).all()
