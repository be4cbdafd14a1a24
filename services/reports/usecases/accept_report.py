"""Accept a report: its figures count for every verdict from now on."""

from __future__ import annotations

from typing import Any

from contracts.events.reports import ReportAccepted
from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.report import Act, ReportState, after
from services.reports.evaluation.history import FactKind
from services.reports.store.happenings import Happening, record
from services.reports.store.reports import covered_by, move_report


async def accept_report(report: Any, *, tx: Write, actor: Actor) -> None:
    """Accept the newest version of a report, for all obligations that it covers: when it is written down.

    Raises:
        UnitOutside: The caller does not act for the receiver.
        TransitionIllegal: There is nothing to accept.
    """
    actor.must_act_for(UnitId(report.receiver_id))
    state = after(ReportState(report.state), Act.ACCEPT)
    await move_report(tx, report, state)
    obligation_ids = await covered_by(tx, report.id)
    trace = {"report": str(report.id), "by": str(actor.unit()), "client": actor.client}
    happening = Happening(FactKind.ACCEPTED, tx.recorded_at, version=report.version, trace=trace)
    await record(tx, {one: [happening] for one in obligation_ids})
    tx.publish(
        ReportAccepted(
            report_id=report.id,
            version=report.version,
            plan_id=report.plan_id,
            unit_id=report.unit_id,
            obligation_ids=tuple(obligation_ids),
            occurred_at=tx.recorded_at,
        )
    )
