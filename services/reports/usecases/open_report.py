"""Write a report for one or more obligations that fall together, as a draft or to be received at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.plan import Plan
from kernel.clock import Clock
from kernel.ids import UnitId, new_id
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.content import ReportContent
from services.reports.domain.report import ReportState
from services.reports.store.plans import get_plan
from services.reports.store.reports import create_report, get_report, write_draft
from services.reports.usecases.check_content import check_content
from services.reports.usecases.fall_together import ensure_together, named_by
from services.reports.usecases.receive_version import Receipt, receive_version


@dataclass(frozen=True, slots=True)
class OpenReport:
    """What a unit, or who bears its duties, writes."""

    plan: str
    """Slug of the plan."""
    unit_id: UUID
    """The unit that owes the report."""
    content: ReportContent
    """Sheets by the obligations it covers; without any, it is a report that nobody asked for."""
    receipt: Receipt | None
    """When and how it was received; None while it is a draft."""


async def open_report(cmd: OpenReport, *, tx: Write, actor: Actor, at: datetime, clock: Clock) -> UUID:
    """Write a report and return its id.

    Raises:
        UnitOutside: The caller does not act for the unit.
        PlanUnknown, ObligationUnknown: What it names is not there.
        ObligationsApart, ObligationDropped: The obligations do not fall together, or are not owed any more.
        ObligationCovered: One of them has its report already.
        FiguresInvalid, NothingReported: Its content cannot be right.
    """
    actor.must_act_for(UnitId(cmd.unit_id))
    plan = await get_plan(tx, cmd.plan)
    obligations = await named_by(cmd.content, tx)
    received_at = at if cmd.receipt is None else cmd.receipt.at
    receiver = await ensure_together(obligations, plan, cmd.unit_id, received_at=received_at, read=tx)
    report_id = new_id(clock)
    await check_content(cmd.content, obligations, plan, cmd.unit_id, report_id=report_id, read=tx)
    row = {
        "id": report_id,
        "plan_id": plan.plan_id,
        "unit_id": cmd.unit_id,
        "receiver_id": receiver or receiver_of_unsolicited(plan),
        "state": ReportState.DRAFT.value,
        "created_at": at,
    }
    await create_report(tx, row, [one.id for one in obligations])
    if cmd.receipt is None:
        await write_draft(tx, report_id, cmd.content, sent_by=actor.unit())
    else:
        await receive_version(await get_report(tx, report_id), cmd.content, cmd.receipt, tx=tx, actor=actor, version=1)
    return report_id


def receiver_of_unsolicited(plan: Plan) -> UUID:
    """Return who returns and accepts what nobody asked for: the receiver of the plan's first rule, else its issuer."""
    return plan.rules[0].receiver_ids[0] if plan.rules else plan.issuer_id
