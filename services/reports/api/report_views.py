"""Show reports to those who may read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from runtime.database import Read
from runtime.http.call import Call, etag_of
from services.reports.api.report_shapes import ReportLine, ReportReceipt, ReportShown, SheetShown, VersionShown
from services.reports.api.sheets import code_of
from services.reports.domain.content import SheetContent, content_from_json
from services.reports.domain.report import ReportState, legal_acts
from services.reports.store.obligations import get_obligations
from services.reports.store.plans import get_plan_by_id
from services.reports.store.reports import get_report, versions_of


async def answer_report(call: Call, read: Read, row: Any) -> ReportShown:
    """Return a report with all its versions, and its ETag beside it."""
    call.response.headers["ETag"] = etag_of(row.etag)
    plan = await get_plan_by_id(read, row.plan_id)
    contents = [(version, content_from_json(version.content)) for version in await versions_of(read, row.id)]
    covered = {one for _, content in contents for one in content.sheets}
    obligations = {one.id: one for one in await get_obligations(read, list(covered))}
    state = ReportState(row.state)
    return ReportShown(
        report_id=row.id,
        plan=plan.slug,
        unit=code_of(call, row.unit_id),
        receiver=code_of(call, row.receiver_id),
        state=state,
        can=legal_acts(state),
        created_at=row.created_at,
        versions=[
            VersionShown(
                version=version.version,
                received_at=version.received_at,
                channel=version.channel,
                evidence=version.evidence,
                sent_by=code_of(call, version.sent_by),
                provisional=content.provisional,
                narrative=dict(content.narrative),
                covers=[_sheet(obligations, one, sheet) for one, sheet in content.sheets.items()],
            )
            for version, content in contents
        ],
    )


async def answer_receipt(call: Call, read: Read, report_id: UUID) -> ReportReceipt:
    """Return the answer to a creation, made of what never changes."""
    row = await get_report(read, report_id)
    plan = await get_plan_by_id(read, row.plan_id)
    call.response.headers["Location"] = f"/v1/reports/{report_id}"
    call.response.headers["ETag"] = etag_of(row.etag)
    return ReportReceipt(
        report_id=report_id, plan=plan.slug, unit=code_of(call, row.unit_id), created_at=row.created_at
    )


def to_line(call: Call, row: Any) -> ReportLine:
    """Return a report as lists show it."""
    return ReportLine(
        report_id=row.id,
        plan_id=row.plan_id,
        unit=code_of(call, row.unit_id),
        state=ReportState(row.state),
        version=row.version,
        created_at=row.created_at,
        revision=row.revision,
    )


def _sheet(obligations: Mapping[UUID, Any], one: UUID, sheet: SheetContent) -> SheetShown:
    row = obligations[one]
    return SheetShown(obligation_id=one, rule=row.rule, period=row.period, figures=dict(sheet.figures), nil=sheet.nil)
