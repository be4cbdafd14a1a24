"""Send a report back for correction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.events.reports import ReportReturned
from kernel.calendar.days_off import Calendar
from kernel.calendar.due import days_after
from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.report import Act, ReportState, after
from services.reports.evaluation.history import FactKind
from services.reports.store.happenings import Happening, record
from services.reports.store.reports import covered_by, move_report


async def return_report(
    report: Any, *, reason: str, correction_days: int, tx: Write, actor: Actor, at: datetime, calendar: Calendar
) -> datetime:
    """Return a report with a reason, and say until when the correction is due (exclusive).

    `correction_days` are calendar days; the day of the return does not count (BLDS 2015, art. 147.2), and a last day
    that is not a working day moves to the next one (art. 148.5).

    Raises:
        UnitOutside: The caller does not act for the receiver.
        TransitionIllegal: There is nothing to return.
    """
    actor.must_act_for(UnitId(report.receiver_id))
    state = after(ReportState(report.state), Act.RETURN)
    correction_due_at = days_after(at, correction_days, calendar)
    await move_report(tx, report, state)
    obligation_ids = await covered_by(tx, report.id)
    trace = {"report": str(report.id), "by": str(actor.unit()), "client": actor.client, "reason": reason}
    happening = Happening(
        FactKind.RETURNED, at, version=report.version, correction_due_at=correction_due_at, trace=trace
    )
    await record(tx, {one: [happening] for one in obligation_ids})
    tx.publish(
        ReportReturned(
            report_id=report.id,
            version=report.version,
            plan_id=report.plan_id,
            unit_id=report.unit_id,
            obligation_ids=tuple(obligation_ids),
            occurred_at=at,
            correction_due_at=correction_due_at,
        )
    )
    return correction_due_at
