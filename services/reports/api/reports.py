"""Reports: sent, corrected, returned, accepted, and imported from other channels and years."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from contracts.plan import Code
from contracts.unit import UnitCode
from kernel.ids import UnitId
from runtime.database import Read, Write
from runtime.http.bulk import BulkLoad
from runtime.http.call import Call, etag_of
from runtime.http.declaration import UnitRule
from runtime.http.instants import StrictInstant
from runtime.http.pages import Changes, Page, decode_cursor, encode_cursor
from runtime.http.routes import Bulks, Creates, Edits, Lists, Reads, Routes
from services.reports.api.sheets import Content, code_of, cover_of, unit_under
from services.reports.domain.content import content_from_json
from services.reports.domain.refusals import ReceiptInFuture
from services.reports.domain.report import ReportState, legal_acts
from services.reports.store.plans import get_plan, get_plan_by_id
from services.reports.store.reports import (
    changed_reports,
    covered_by,
    get_report,
    list_page,
    versions_of,
)
from services.reports.usecases.accept_report import accept_report
from services.reports.usecases.correct_report import correct_report
from services.reports.usecases.edit_draft import edit_draft
from services.reports.usecases.open_report import OpenReport, open_report
from services.reports.usecases.receive_version import Receipt
from services.reports.usecases.return_report import return_report
from services.reports.usecases.submit_draft import submit_draft

routes = Routes("reports", "reports")

_EXAMPLE: JsonDict = {
    "plan": "binh-thuan-2025",
    "unit": "595",
    "covers": [{"rule": "r1-quarter", "period": "2025-Q2", "figures": {"communes.total": 12, "activities.held": 5}}],
    "narrative": {"results": "Đã tổ chức 5 buổi tuyên truyền."},
}


class NewReport(Content):
    """A report by the unit that owes it, or by who bears its duties."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    plan: Code
    unit: UnitCode = Field(description="Code of the unit that owes it, as the plan means it.")
    draft: bool = Field(default=False, description="Keep it as a draft instead of sending it.")


class ReportReceipt(BaseModel):
    """The answer to a report that came: nothing in it ever changes."""

    report_id: UUID
    plan: str
    unit: str
    created_at: datetime = Field(description="The server's instant: that of the receipt, unless it is a draft.")
    obligation_ids: list[UUID]


class VersionReceipt(BaseModel):
    """The answer to a corrected version."""

    report_id: UUID
    version: int
    received_at: datetime


class SheetShown(BaseModel):
    """Figures for one obligation."""

    obligation_id: UUID
    rule: str
    period: str
    figures: dict[str, Any]
    nil: bool


class VersionShown(BaseModel):
    """One version of a report."""

    version: int
    received_at: datetime | None
    channel: str
    evidence: str
    sent_by: str
    provisional: bool
    narrative: dict[str, str]
    covers: list[SheetShown]


class ReportShown(BaseModel):
    """A report with all its versions."""

    report_id: UUID
    plan: str
    unit: str
    receiver: str
    state: ReportState
    can: list[str] = Field(description="What can be done with it in this state.")
    created_at: datetime
    versions: list[VersionShown]


class ReportLine(BaseModel):
    """A report in a list."""

    report_id: UUID
    plan_id: UUID
    unit: str
    state: ReportState
    version: int
    created_at: datetime
    revision: int


class Return(BaseModel):
    """Why a report goes back, and how long its correction may take."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Thiếu số liệu tháng 5."}]})

    reason: str = Field(min_length=1, max_length=2000)
    correction_days: int = Field(default=5, ge=1, le=60, description="Calendar days, without the day of the return.")


class Returned(BaseModel):
    """Until when the correction is due."""

    report_id: UUID
    correction_due_at: datetime = Field(description="Exclusive end of the last day.")


class Accepted(BaseModel):
    """The report counts."""

    report_id: UUID
    version: int


class ImportedReport(Content):
    """A report that was received earlier or by another channel, with its proof."""

    plan: Code
    unit: UnitCode
    received_at: StrictInstant
    channel: Literal["paper", "email", "post", "hand", "other"]
    evidence: str = Field(min_length=1, max_length=500, description="For example the number in the register of mail.")


@routes.create(
    "/v1/reports",
    scope="reports:submit",
    units=UnitRule.ACTS_FOR,
    response_model=ReportReceipt,
    summary="Send a report, or keep a draft of one",
)
async def post_report(body: NewReport, call: Creates) -> ReportReceipt:
    async def effect(tx: Write) -> UUID:
        receipt = None if body.draft else Receipt(call.arrived_at)
        return await _open(body, receipt, call, tx)

    return await _receipt(call, await call.once(effect))


@routes.bulk(
    "/v1/reports/bulk",
    scope="reports:submit",
    units=UnitRule.ACTS_FOR,
    response_model=BulkLoad,
    summary="Send many reports, one a line",
)
async def post_reports(call: Bulks) -> BulkLoad:
    async def effect(tx: Write, body: NewReport) -> UUID:
        return await _open(body, None if body.draft else Receipt(call.arrived_at), call, tx)

    return await call.load(NewReport, effect)


@routes.bulk(
    "/v1/report-imports/bulk",
    scope="reports:import",
    units=UnitRule.ACTS_FOR,
    response_model=BulkLoad,
    summary="Enter reports that were received earlier or by another channel",
)
async def import_reports(call: Bulks) -> BulkLoad:
    async def effect(tx: Write, body: ImportedReport) -> UUID:
        if body.received_at > call.arrived_at:
            raise ReceiptInFuture(at=body.received_at.isoformat())
        return await _open(body, Receipt(body.received_at, body.channel, body.evidence), call, tx)

    return await call.load(ImportedReport, effect)


@routes.list(
    "/v1/reports", scope="reports:read", units=UnitRule.WITHIN, response_model=None, summary="List reports",
    responses={200: {"model": Page[ReportLine] | Changes[ReportLine]}},
)  # fmt: skip
async def get_reports(
    call: Lists,
    plan: Annotated[str | None, Query(description="Slug of a plan.")] = None,
    state: ReportState | None = None,
) -> Page[ReportLine] | Changes[ReportLine]:
    async with call.service.database.read() as read:
        if call.after is not None:
            return await _changes(call, read, call.after)
        plan_id = None if plan is None else (await get_plan(read, plan)).plan_id
        key = decode_cursor(call.cursor, 2)
        rows = await list_page(read, limit=call.limit + 1, after_key=key, plan_id=plan_id, state=state)
    seen = [_line(call, row) for row in rows[: call.limit] if _may_read(call, row)]
    last = rows[call.limit - 1] if len(rows) > call.limit else None
    cursor = None if last is None else encode_cursor([last.created_at.isoformat(), str(last.id)])
    return Page[ReportLine](items=seen, next_cursor=cursor)


@routes.read(
    "/v1/reports/{report_id}",
    scope="reports:read",
    units=UnitRule.WITHIN,
    response_model=ReportShown,
    summary="Read a report with all its versions",
)
async def get_one_report(report_id: UUID, call: Reads) -> ReportShown:
    async with call.service.database.read() as read:
        row = await get_report(read, report_id)
        _must_read(call, row)
        call.response.headers["ETag"] = etag_of(row.etag)
        return await _shown(call, read, row)


@routes.edit(
    "PUT",
    "/v1/reports/{report_id}/draft",
    scope="reports:submit",
    units=UnitRule.ACTS_FOR,
    response_model=ReportShown,
    summary="Replace what a draft says",
)
async def put_draft(report_id: UUID, body: Content, call: Edits) -> ReportShown:
    async def effect(tx: Write) -> None:
        row = await _matched(call, tx, report_id)
        plan = await get_plan_by_id(tx, row.plan_id)
        await edit_draft(row, body.to_content(plan, row.unit_id), tx=tx, actor=call.actor)

    await call.write(effect)
    return await _answer(call, report_id)


@routes.edit(
    "POST",
    "/v1/reports/{report_id}/submit",
    scope="reports:submit",
    units=UnitRule.ACTS_FOR,
    response_model=ReportShown,
    summary="Send a draft",
)
async def post_submission(report_id: UUID, call: Edits) -> ReportShown:
    async def effect(tx: Write) -> None:
        row = await _matched(call, tx, report_id)
        await submit_draft(row, tx=tx, actor=call.actor, at=call.arrived_at)

    await call.write(effect)
    return await _answer(call, report_id)


@routes.create(
    "/v1/reports/{report_id}/versions",
    scope="reports:submit",
    units=UnitRule.ACTS_FOR,
    response_model=VersionReceipt,
    summary="Send a corrected version",
)
async def post_version(report_id: UUID, body: Content, call: Creates) -> VersionReceipt:
    async def effect(tx: Write) -> UUID:
        row = await get_report(tx, report_id)
        plan = await get_plan_by_id(tx, row.plan_id)
        content = body.to_content(plan, row.unit_id)
        version = await correct_report(row, content, Receipt(call.arrived_at), tx=tx, actor=call.actor)
        # The key leads back to this very version, not to whichever is the newest when the request is repeated.
        return UUID(int=version)

    version = (await call.once(effect)).int
    async with call.service.database.read() as read:
        row = next(one for one in await versions_of(read, report_id) if one.version == version)
    return VersionReceipt(report_id=report_id, version=version, received_at=row.received_at)


@routes.edit(
    "POST",
    "/v1/reports/{report_id}/return",
    scope="reports:review",
    units=UnitRule.ACTS_FOR,
    response_model=Returned,
    summary="Send a report back for correction",
)
async def post_return(report_id: UUID, body: Return, call: Edits) -> Returned:
    async def effect(tx: Write) -> datetime:
        row = await _matched(call, tx, report_id)
        return await return_report(
            row,
            reason=body.reason,
            correction_days=body.correction_days,
            tx=tx,
            actor=call.actor,
            at=call.arrived_at,
            calendar=call.reference.calendar,
        )

    return Returned(report_id=report_id, correction_due_at=await call.write(effect))


@routes.edit(
    "POST",
    "/v1/reports/{report_id}/accept",
    scope="reports:review",
    units=UnitRule.ACTS_FOR,
    response_model=Accepted,
    summary="Accept a report: its figures count",
)
async def post_acceptance(report_id: UUID, call: Edits) -> Accepted:
    async def effect(tx: Write) -> int:
        row = await _matched(call, tx, report_id)
        await accept_report(row, tx=tx, actor=call.actor, at=call.arrived_at)
        return int(row.version)

    return Accepted(report_id=report_id, version=await call.write(effect))


async def _open(body: NewReport | ImportedReport, receipt: Receipt | None, call: Call, tx: Write) -> UUID:
    plan = await get_plan(tx, body.plan)
    unit_id = unit_under(call, plan, body.unit)
    command = OpenReport(body.plan, unit_id, body.to_content(plan, unit_id), receipt)
    return await open_report(command, tx=tx, actor=call.actor, at=call.arrived_at, clock=call.service.clock)


async def _matched(call: Edits, tx: Write, report_id: UUID) -> Any:
    row = await get_report(tx, report_id)
    call.must_match(row.etag)
    return row


async def _receipt(call: Creates, report_id: UUID) -> ReportReceipt:
    """Rebuild the answer to a creation from what never changes."""
    async with call.service.database.read() as read:
        row = await get_report(read, report_id)
        plan = await get_plan_by_id(read, row.plan_id)
        covered = await covered_by(read, report_id)
    call.response.headers["Location"] = f"/v1/reports/{report_id}"
    call.response.headers["ETag"] = etag_of(row.etag)
    return ReportReceipt(
        report_id=report_id,
        plan=plan.slug,
        unit=code_of(call, row.unit_id),
        created_at=row.created_at,
        obligation_ids=list(covered),
    )


async def _answer(call: Call, report_id: UUID) -> ReportShown:
    async with call.service.database.read() as read:
        row = await get_report(read, report_id)
        call.response.headers["ETag"] = etag_of(row.etag)
        return await _shown(call, read, row)


async def _shown(call: Call, read: Read, row: Any) -> ReportShown:
    plan = await get_plan_by_id(read, row.plan_id)
    names = {one: await cover_of(read, one) for one in await covered_by(read, row.id)}
    versions = []
    for version in await versions_of(read, row.id):
        content = content_from_json(version.content)
        sheets = [
            SheetShown(
                obligation_id=one, rule=names[one][0], period=names[one][1], figures=dict(sheet.figures), nil=sheet.nil
            )
            for one, sheet in content.sheets.items()
        ]
        versions.append(
            VersionShown(
                version=version.version,
                received_at=version.received_at,
                channel=version.channel,
                evidence=version.evidence,
                sent_by=code_of(call, version.sent_by),
                provisional=content.provisional,
                narrative=dict(content.narrative),
                covers=sheets,
            )
        )
    state = ReportState(row.state)
    return ReportShown(
        report_id=row.id,
        plan=plan.slug,
        unit=code_of(call, row.unit_id),
        receiver=code_of(call, row.receiver_id),
        state=state,
        can=legal_acts(state),
        created_at=row.created_at,
        versions=versions,
    )


async def _changes(call: Lists, read: Read, after: int) -> Changes[ReportLine]:
    found = await changed_reports(read, after, call.limit)
    call.must_be_of(found.newest)
    items = [_line(call, row) for row in found.rows if _may_read(call, row)]
    return Changes[ReportLine](items=items, through=found.through, newest=found.newest.number, epoch=found.newest.epoch)


def _line(call: Call, row: Any) -> ReportLine:
    return ReportLine(
        report_id=row.id,
        plan_id=row.plan_id,
        unit=code_of(call, row.unit_id),
        state=ReportState(row.state),
        version=row.version,
        created_at=row.created_at,
        revision=row.revision,
    )


def _may_read(call: Call, row: Any) -> bool:
    return call.actor.can_act_for(UnitId(row.unit_id)) or call.actor.can_act_for(UnitId(row.receiver_id))


def _must_read(call: Call, row: Any) -> None:
    if not _may_read(call, row):
        call.actor.must_act_for(UnitId(row.unit_id))
