"""Reports: sent, imported from other channels and years, listed and read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from runtime.database import Write
from runtime.http.bulk import BulkLoad
from runtime.http.call import Call
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, ensure_unfiltered, next_of
from runtime.http.pages import Changes, Page, key_of
from runtime.http.routes import Bulks, Creates, Lists, Reads, Routes
from services.reports.api.reading import ensure_readable, readable, receivers_of_reports
from services.reports.api.report_shapes import ImportedReport, NewReport, ReportLine, ReportReceipt, ReportShown
from services.reports.api.report_views import answer_receipt, answer_report, to_line
from services.reports.api.sheets import unit_under
from services.reports.domain.refusals import ReceiptInFuture
from services.reports.domain.report import ReportState
from services.reports.store.plans import get_plan
from services.reports.store.reports import changed_reports, get_report, list_page
from services.reports.usecases.open_report import OpenReport, open_report
from services.reports.usecases.receive_version import Receipt

routes = Routes("reports", "reports")


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

    report_id = await call.once(effect)
    async with call.service.database.read() as read:
        return await answer_receipt(call, read, report_id)


@routes.bulk(
    "/v1/reports/bulk",
    scope="reports:submit",
    units=UnitRule.ACTS_FOR,
    line=NewReport,
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
    line=ImportedReport,
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
            ensure_unfiltered(plan=plan, state=state)
            found = await changed_reports(read, call.after, call.limit)
            changed = await readable(call, read, found.rows, receivers_of_reports)
            return changes_of(call, found, [to_line(call, row) for row in changed])
        plan_id = None if plan is None else (await get_plan(read, plan)).plan_id
        place = key_of(call.cursor, datetime, UUID)
        rows = await list_page(read, limit=call.limit + 1, after_key=place, plan_id=plan_id, state=state)
        shown = await readable(call, read, rows[: call.limit], receivers_of_reports)
    return Page(items=[to_line(call, row) for row in shown], next_cursor=next_of(call, rows, "created_at", "id"))


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
        await ensure_readable(call, read, row, receivers_of_reports)
        return await answer_report(call, read, row)


async def _open(body: NewReport | ImportedReport, receipt: Receipt | None, call: Call, tx: Write) -> UUID:
    plan = await get_plan(tx, body.plan)
    unit_id = await unit_under(call, tx, plan, body.unit)
    command = OpenReport(body.plan, unit_id, body.to_content(plan, unit_id), receipt)
    return await open_report(command, tx=tx, actor=call.actor, at=call.arrived_at, clock=call.service.clock)
