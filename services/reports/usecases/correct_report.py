"""Send a new version of a report. The first receipt stays what it was."""

from __future__ import annotations

from typing import Any

from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.content import ReportContent
from services.reports.domain.report import Act, ReportState, after
from services.reports.usecases.edit_draft import ensure_same_cover
from services.reports.usecases.receive_version import Receipt, receive_version


async def correct_report(report: Any, content: ReportContent, receipt: Receipt, *, tx: Write, actor: Actor) -> int:
    """Receive another version of a report for the same obligations, and return its number.

    Raises:
        UnitOutside: The caller does not act for the unit.
        TransitionIllegal: It is a draft still.
        ObligationsApart: It covers other obligations than the first version.
        FiguresInvalid, NothingReported: Its content cannot be right.
    """
    actor.must_act_for(UnitId(report.unit_id))
    after(ReportState(report.state), Act.CORRECT)
    await ensure_same_cover(report, content, tx)
    version: int = report.version + 1
    await receive_version(report, content, receipt, tx=tx, actor=actor, version=version)
    return version
