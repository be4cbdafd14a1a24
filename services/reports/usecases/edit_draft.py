"""Replace what a draft says."""

from __future__ import annotations

from typing import Any

from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.content import ReportContent
from services.reports.domain.refusals import ObligationsApart
from services.reports.domain.report import Act, ReportState, after
from services.reports.store.obligations import get_obligations
from services.reports.store.plans import get_plan_by_id
from services.reports.store.reports import covered_by, move_report, write_version
from services.reports.usecases.check_content import check_content


async def edit_draft(report: Any, content: ReportContent, *, tx: Write, actor: Actor) -> None:
    """Write new content into a draft. What it covers stays: for another set, open another report.

    Raises:
        UnitOutside: The caller does not act for the unit.
        TransitionIllegal: It is no draft any more.
        ObligationsApart: It covers other obligations.
        FiguresInvalid, NothingReported: Its content cannot be right.
    """
    actor.must_act_for(UnitId(report.unit_id))
    state = after(ReportState(report.state), Act.EDIT)
    await ensure_same_cover(report, content, tx)
    draft = {"report_id": report.id, "version": report.version, "content": content.to_json(), "sent_by": actor.unit()}
    await write_version(tx, draft | {"channel": "api", "correction": False})
    await move_report(tx, report, state)


async def ensure_same_cover(report: Any, content: ReportContent, tx: Write) -> None:
    """Make sure that content is for exactly the obligations that the report covers, and can be right.

    Raises:
        ObligationsApart: The set of obligations is another one; it is fixed for all versions.
        FiguresInvalid, NothingReported: The content cannot be right.
    """
    covered = await covered_by(tx, report.id)
    if set(covered) != set(content.sheets):
        raise ObligationsApart(difference="the set covered, which is fixed for all versions")
    plan = await get_plan_by_id(tx, report.plan_id)
    obligations = await get_obligations(tx, list(content.sheets))
    await check_content(content, obligations, plan, report.unit_id, report_id=report.id, read=tx)
