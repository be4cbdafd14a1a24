"""Send a draft to its receiver."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.content import content_from_json
from services.reports.domain.report import Act, ReportState, after
from services.reports.store.plans import get_plan_by_id
from services.reports.store.reports import versions_of
from services.reports.usecases.check_content import check_content
from services.reports.usecases.fall_together import ensure_together, named_by
from services.reports.usecases.receive_version import Receipt, receive_version


async def submit_draft(report: Any, *, tx: Write, actor: Actor, at: datetime) -> None:
    """Receive a draft as it stands.

    Raises:
        UnitOutside: The caller does not act for the unit.
        TransitionIllegal: It is no draft any more.
        ObligationsApart, ObligationDropped: What it is for was moved or dropped meanwhile.
        FiguresInvalid: A cumulative figure has fallen behind another report meanwhile.
    """
    actor.must_act_for(UnitId(report.unit_id))
    after(ReportState(report.state), Act.SUBMIT)
    content = content_from_json((await versions_of(tx, report.id))[-1].content)
    plan = await get_plan_by_id(tx, report.plan_id)
    obligations = await named_by(content, tx)
    await ensure_together(obligations, plan, report.unit_id, received_at=at, read=tx)
    await check_content(content, obligations, plan, report.unit_id, report_id=report.id, read=tx)
    await receive_version(report, content, Receipt(at), tx=tx, actor=actor, version=report.version)
