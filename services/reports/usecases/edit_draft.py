"""Replace what a draft says, and what it is for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.content import ReportContent
from services.reports.domain.report import Act, ReportState, after
from services.reports.store.plans import get_plan_by_id
from services.reports.store.reports import cover_instead, move_report, write_draft
from services.reports.usecases.check_content import check_content
from services.reports.usecases.fall_together import ensure_together, named_by
from services.reports.usecases.open_report import receiver_of_unsolicited


async def edit_draft(report: Any, content: ReportContent, *, tx: Write, actor: Actor, at: datetime) -> None:
    """Write new content into a draft. Until it is received, it may also be for other obligations of the unit.

    Raises:
        UnitOutside: The caller does not act for the unit.
        TransitionIllegal: It is no draft any more.
        ObligationUnknown, ObligationsApart, ObligationDropped, ObligationCovered: It cannot be for these obligations.
        FiguresInvalid, NothingReported: Its content cannot be right.
    """
    actor.must_act_for(UnitId(report.unit_id))
    state = after(ReportState(report.state), Act.EDIT)
    plan = await get_plan_by_id(tx, report.plan_id)
    obligations = await named_by(content, tx)
    receiver = await ensure_together(obligations, plan, report.unit_id, received_at=at, read=tx)
    await check_content(content, obligations, plan, report.unit_id, report_id=report.id, read=tx)
    await cover_instead(tx, report.id, list(content.sheets))
    await write_draft(tx, report.id, content, sent_by=actor.unit())
    await move_report(tx, report, state, receiver_id=receiver or receiver_of_unsolicited(plan))
