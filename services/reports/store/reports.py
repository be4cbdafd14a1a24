"""Reports in all their versions, and which obligations each of them covers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Integer, delete, select, tuple_, update
from sqlmodel import Field

from runtime.database import Instant, Json, Read, Write, insert_new, insert_rows
from runtime.http.pages import Followed, rows_after
from services.reports.domain.content import ReportContent
from services.reports.domain.refusals import ObligationCovered, ReportUnknown
from services.reports.domain.report import ReportState
from services.reports.store.obligations import ObligationRow
from services.reports.store.table import ReportsTable


class ReportRow(ReportsTable, table=True):
    """A report: what it is for, and where it stands."""

    __tablename__ = "report"

    id: UUID = Field(primary_key=True)
    plan_id: UUID = Field(index=True)
    unit_id: UUID = Field(index=True)
    """The unit that owes it, not the one that may have sent it in its place."""
    receiver_id: UUID
    """Who returns and accepts it."""
    state: str
    version: int = Field(sa_type=Integer)
    """The newest version of its content."""
    etag: int = Field(sa_type=Integer)
    """Grows with every change."""
    created_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


class CoverRow(ReportsTable, table=True):
    """An obligation is covered by one report: from its first receipt on, for all its versions."""

    __tablename__ = "report_cover"

    obligation_id: UUID = Field(primary_key=True)
    report_id: UUID = Field(index=True)
    revision: int = Field(sa_type=BigInteger)


class ReportVersionRow(ReportsTable, table=True):
    """What one version of a report says. A draft's content is replaced; from its receipt on it stays."""

    __tablename__ = "report_version"

    report_id: UUID = Field(primary_key=True)
    version: int = Field(sa_type=Integer, primary_key=True)
    content: dict[str, Any] = Field(sa_type=Json)
    """Figures by obligation, narrative sections, flags."""
    sent_by: UUID
    """The unit that sent it: the one that owes it, or who bears its duties."""
    received_at: datetime | None = Field(default=None, sa_type=Instant)
    """The server's instant of receipt, or that of another channel; none while it is a draft."""
    channel: str
    evidence: str = ""
    """Proof of a receipt by another channel."""
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)
    correction: bool = Field(default=False, sa_type=Boolean)


_report = ReportRow.__table__  # type: ignore[attr-defined]
_cover = CoverRow.__table__  # type: ignore[attr-defined]
_version = ReportVersionRow.__table__  # type: ignore[attr-defined]
_obligation = ObligationRow.__table__  # type: ignore[attr-defined]


async def create_report(tx: Write, row: dict[str, Any], obligation_ids: Sequence[UUID]) -> None:
    """Write a report and cover its obligations.

    Raises:
        ObligationCovered: One of them is covered by another report.
    """
    await insert_rows(tx.connection, _report, [row | {"etag": 1, "version": 1, "revision": tx.number}])
    await _cover_with(tx, row["id"], obligation_ids)


async def cover_instead(tx: Write, report_id: UUID, obligation_ids: Sequence[UUID]) -> None:
    """Let a draft cover other obligations.

    Raises:
        ObligationCovered: One of them is covered by another report.
    """
    await tx.execute(delete(_cover).where(_cover.c.report_id == report_id))
    await _cover_with(tx, report_id, obligation_ids)


async def _cover_with(tx: Write, report_id: UUID, obligation_ids: Sequence[UUID]) -> None:
    covers = [{"obligation_id": one, "report_id": report_id, "revision": tx.number} for one in obligation_ids]
    fresh = await insert_new(tx.connection, _cover, covers, _cover.c.obligation_id)
    for one in obligation_ids:
        if one not in fresh:
            by = select(_cover.c.report_id).where(_cover.c.obligation_id == one)
            raise ObligationCovered(obligation=one, report=(await tx.execute(by)).scalar_one())


async def write_draft(tx: Write, report_id: UUID, content: ReportContent, *, sent_by: UUID) -> None:
    """Write what a draft says, in the place of what it said before."""
    row = {"report_id": report_id, "version": 1, "content": content.to_json(), "sent_by": sent_by}
    await write_version(tx, row | {"channel": "api", "correction": False})


async def write_version(tx: Write, row: dict[str, Any]) -> None:
    """Write a version of a report, or replace a draft's."""
    unsent = {"received_at": None, "evidence": ""}
    stamped = unsent | row | {"recorded_at": tx.recorded_at, "revision": tx.number}
    same = (_version.c.report_id == row["report_id"], _version.c.version == row["version"])
    replaced = await tx.execute(update(_version).where(*same).values(stamped))
    if replaced.rowcount == 0:
        await insert_rows(tx.connection, _version, [stamped])


async def move_report(
    tx: Write, report: Any, state: ReportState, *, version: int | None = None, receiver_id: UUID | None = None
) -> None:
    """Write where a report stands now; version and receiver stay unless they are given."""
    values = {
        "state": state.value,
        "version": version or report.version,
        "receiver_id": receiver_id or report.receiver_id,
        "etag": report.etag + 1,
        "revision": tx.number,
    }
    await tx.execute(update(_report).where(_report.c.id == report.id).values(values))


async def get_report(read: Read, report_id: UUID) -> Any:
    """Return the row of a report.

    Raises:
        ReportUnknown: There is none.
    """
    row = (await read.execute(select(_report).where(_report.c.id == report_id))).one_or_none()
    if row is None:
        raise ReportUnknown(report=report_id)
    return row


async def covered_by(read: Read, report_id: UUID) -> Sequence[UUID]:
    """Return the ids of the obligations that a report covers."""
    mine = select(_cover.c.obligation_id).where(_cover.c.report_id == report_id).order_by(_cover.c.obligation_id)
    return list((await read.execute(mine)).scalars())


async def rules_covered(read: Read, report_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return under which rule reports were sent: one of several, all of which have the same receivers."""
    joined = select(_cover.c.report_id, _obligation.c.rule).join(
        _obligation, _obligation.c.id == _cover.c.obligation_id
    )
    rows = await read.execute(joined.where(_cover.c.report_id.in_(report_ids)))
    return {row.report_id: row.rule for row in rows}


async def versions_of(read: Read, report_id: UUID) -> Sequence[Any]:
    """Return the rows of all versions of a report, the first one first."""
    mine = select(_version).where(_version.c.report_id == report_id)
    return (await read.execute(mine.order_by(_version.c.version))).all()


async def received_of_unit(read: Read, plan_id: UUID, unit_id: UUID) -> Sequence[Any]:
    """Return the newest received version of each report of a unit under a plan."""
    mine = (
        select(_version)
        .join(_report, _report.c.id == _version.c.report_id)
        .where(_report.c.plan_id == plan_id, _report.c.unit_id == unit_id, _version.c.received_at.is_not(None))
        .where(_version.c.version == _report.c.version)
    )
    return (await read.execute(mine)).all()


async def versions_after(read: Read, revision: int, newest: int) -> Sequence[Any]:
    """Return the rows of received versions with a revision in (revision, newest], in order."""
    span = (_version.c.revision > revision, _version.c.revision <= newest, _version.c.received_at.is_not(None))
    order = (_version.c.revision, _version.c.report_id, _version.c.version)
    return (await read.execute(select(_version).where(*span).order_by(*order))).all()


async def changed_reports(read: Read, after: int, limit: int) -> Followed:
    """Return the rows of reports that changed after a revision, by whole revisions."""
    return await rows_after(read, _report, after=after, limit=limit)


async def list_page(
    read: Read,
    *,
    limit: int,
    after_key: tuple[Any, ...] | None = None,
    plan_id: UUID | None = None,
    state: str | None = None,
) -> Sequence[Any]:
    """Return up to `limit` rows in the order (instant of creation, id), from behind such a key."""
    statement = select(_report).order_by(_report.c.created_at, _report.c.id).limit(limit)
    if plan_id is not None:
        statement = statement.where(_report.c.plan_id == plan_id)
    if state is not None:
        statement = statement.where(_report.c.state == state)
    if after_key is not None:
        statement = statement.where(tuple_(_report.c.created_at, _report.c.id) > after_key)
    return (await read.execute(statement)).all()
