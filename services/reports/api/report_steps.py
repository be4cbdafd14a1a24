"""What happens to a report on its way: edited, submitted, returned, corrected, accepted."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.database import Write
from runtime.http.call import Call
from runtime.http.declaration import UnitRule
from runtime.http.routes import Creates, Edits, Routes
from services.reports.api.report_shapes import Accepted, ReportShown, Return, Returned, VersionReceipt
from services.reports.api.report_views import answer_report
from services.reports.api.sheets import Content
from services.reports.store.plans import get_plan_by_id
from services.reports.store.reports import get_report, versions_of
from services.reports.usecases.accept_report import accept_report
from services.reports.usecases.correct_report import correct_report
from services.reports.usecases.edit_draft import edit_draft
from services.reports.usecases.receive_version import Receipt
from services.reports.usecases.return_report import return_report
from services.reports.usecases.submit_draft import submit_draft

routes = Routes("reports", "reports")


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
        await edit_draft(row, body.to_content(plan, row.unit_id), tx=tx, actor=call.actor, at=call.arrived_at)

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
        await accept_report(row, tx=tx, actor=call.actor)
        return int(row.version)

    return Accepted(report_id=report_id, version=await call.write(effect))


async def _matched(call: Edits, tx: Write, report_id: UUID) -> Any:
    row = await get_report(tx, report_id)
    call.must_match(row.etag)
    return row


async def _answer(call: Call, report_id: UUID) -> ReportShown:
    async with call.service.database.read() as read:
        return await answer_report(call, read, await get_report(read, report_id))
