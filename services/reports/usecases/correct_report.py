"""Send a new version of a report. The first receipt stays what it was."""

from __future__ import annotations

from typing import Any

from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.content import ReportContent
from services.reports.domain.refusals import CoverFixed
from services.reports.domain.report import Act, ReportState, after
from services.reports.store.plans import get_plan_by_id
from services.reports.store.reports import covered_by
from services.reports.usecases.check_content import check_content
from services.reports.usecases.fall_together import named_by
from services.reports.usecases.receive_version import Receipt, receive_version


async def correct_report(report: Any, content: ReportContent, receipt: Receipt, *, tx: Write, actor: Actor) -> int:
    """Receive another version of a report for the same obligations, and return its number.

    Raises:
        UnitOutside: The caller does not act for the unit.
        TransitionIllegal: It is a draft still.
        CoverFixed: It covers other obligations than the first version.
        FiguresInvalid, NothingReported: Its content cannot be right.
    """
    actor.must_act_for(UnitId(report.unit_id))
    after(ReportState(report.state), Act.CORRECT)
    if set(await covered_by(tx, report.id)) != set(content.sheets):
        raise CoverFixed
    plan = await get_plan_by_id(tx, report.plan_id)
    obligations = await named_by(content, tx)
    await check_content(content, obligations, plan, report.unit_id, report_id=report.id, read=tx)
    version: int = report.version + 1
    await receive_version(report, content, receipt, tx=tx, actor=actor, version=version)
    return version
