"""Released totals, and whom each of them counted: that stays in this database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Integer, UniqueConstraint, select
from sqlmodel import Field

from kernel.calendar.period import DaySpan
from runtime.database import Instant, Read, Write, insert_rows
from runtime.http.pages import Followed, rows_after
from services.referrals.disclosure.protection import Published
from services.referrals.store.table import ReferralsTable


class ReleaseRow(ReferralsTable, table=True):
    """One total, released once and for all."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("unit_id", "group", "period"),)

    id: UUID = Field(primary_key=True)
    unit_id: UUID
    """The root of the subtree whose persons are counted."""
    group: str
    period: str
    starts_on: date
    until: date
    """Exclusive end of the period's days."""
    suppressed: bool = Field(sa_type=Boolean)
    eligible: int | None = Field(default=None, sa_type=Integer)
    """None where it is suppressed: then it is written nowhere."""
    served: int | None = Field(default=None, sa_type=Integer)
    occurred_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


class ReleasedCaseRow(ReferralsTable, table=True):
    """A case that a published total counted. Suppressed ones keep none: they tell nothing that could be subtracted."""

    __tablename__ = "released_case"

    release_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(primary_key=True)


_release = ReleaseRow.__table__  # type: ignore[attr-defined]
_released = ReleasedCaseRow.__table__  # type: ignore[attr-defined]


async def add_release(tx: Write, row: dict[str, Any], persons: Collection[UUID]) -> None:
    """Write a release, and the cases that it counted."""
    await insert_rows(tx.connection, _release, [row | {"recorded_at": tx.recorded_at, "revision": tx.number}])
    counted = [{"release_id": row["id"], "case_id": one} for one in sorted(persons)]
    await insert_rows(tx.connection, _released, counted)


async def find_release(read: Read, unit_id: UUID, group: str, period: str) -> UUID | None:
    """Return the id of the release of a unit, a group and a period, or None."""
    same = (_release.c.unit_id == unit_id, _release.c.group == group, _release.c.period == period)
    return (await read.execute(select(_release.c.id).where(*same))).scalar_one_or_none()


async def published_within(read: Read, group: str, days: DaySpan) -> list[Published]:
    """Return the published totals of a group that share days with a period, with whom they counted, oldest first."""
    shares = (_release.c.starts_on < days.until, _release.c.until > days.starts_on)
    mine = select(_release).where(_release.c.group == group, _release.c.suppressed.is_(False), *shares)
    releases = (await read.execute(mine.order_by(_release.c.id))).all()
    persons: dict[UUID, set[UUID]] = defaultdict(set)
    ids = mine.with_only_columns(_release.c.id)
    for row in (await read.execute(select(_released).where(_released.c.release_id.in_(ids)))).all():
        persons[row.release_id].add(row.case_id)
    return [Published(one.id, DaySpan(one.starts_on, one.until), frozenset(persons[one.id])) for one in releases]


async def get_release(read: Read, release_id: UUID) -> Any:
    """Return the row of a release that is known to exist."""
    return (await read.execute(select(_release).where(_release.c.id == release_id))).one()


async def list_releases(read: Read, *, beyond: UUID | None, limit: int) -> Sequence[Any]:
    """Return rows of releases by id, so by age: those after the id `beyond`."""
    statement = select(_release).order_by(_release.c.id).limit(limit)
    if beyond is not None:
        statement = statement.where(_release.c.id > beyond)
    return (await read.execute(statement)).all()


async def releases_after(read: Read, *, after: int, limit: int) -> Followed:
    """Return the rows of releases that were made after a revision."""
    return await rows_after(read, _release, after=after, limit=limit)
