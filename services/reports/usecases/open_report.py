"""Write a report for one or more obligations that fall together, as a draft or to be received at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.plan import Plan
from kernel.clock import Clock
from kernel.ids import UnitId, new_id
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.content import ReportContent
from services.reports.domain.obligation import rule_of
from services.reports.domain.refusals import ObligationsApart
from services.reports.domain.report import ReportState
from services.reports.store.obligations import get_obligations
from services.reports.store.plans import get_plan
from services.reports.store.reports import create_report, get_report, write_version
from services.reports.usecases.check_content import check_content
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
        ObligationsApart: The obligations do not fall together, or are another unit's.
        ObligationCovered: One of them has its report already.
        FiguresInvalid, NothingReported: Its content cannot be right.
    """
    actor.must_act_for(UnitId(cmd.unit_id))
    plan = await get_plan(tx, cmd.plan)
    obligations = await get_obligations(tx, list(cmd.content.sheets))
    _ensure_together(obligations, plan, cmd.unit_id)
    report_id = new_id(clock)
    await check_content(cmd.content, obligations, plan, cmd.unit_id, report_id=report_id, read=tx)
    row = {
        "id": report_id,
        "plan_id": plan.plan_id,
        "unit_id": cmd.unit_id,
        "receiver_id": _receiver(obligations, plan),
        "state": ReportState.DRAFT.value,
        "created_at": at,
    }
    await create_report(tx, row, [one.id for one in obligations])
    draft = {
        "report_id": report_id,
        "version": 1,
        "content": cmd.content.to_json(),
        "sent_by": actor.unit(),
        "channel": "api",
        "correction": False,
    }
    await write_version(tx, draft)
    if cmd.receipt is not None:
        await receive_version(await get_report(tx, report_id), cmd.content, cmd.receipt, tx=tx, actor=actor, version=1)
    return report_id


def _ensure_together(obligations: Sequence[Any], plan: Plan, unit_id: UUID) -> None:
    """Make sure that one report can discharge all of these obligations."""
    for one in obligations:
        if one.plan_id != plan.plan_id:
            raise ObligationsApart(difference="plan")
        if one.unit_id != unit_id:
            raise ObligationsApart(difference="unit")
    if len({rule_of(plan, one.rule).receiver_ids for one in obligations}) > 1:
        raise ObligationsApart(difference="receivers")
    if len({one.due_at for one in obligations}) > 1:
        raise ObligationsApart(difference="due instant")


def _receiver(obligations: Sequence[Any], plan: Plan) -> UUID:
    """Return who returns and accepts: the first named receiver, or the plan's issuer for what nobody asked for."""
    if not obligations:
        return plan.rules[0].receiver_ids[0] if plan.rules else plan.issuer_id
    return rule_of(plan, obligations[0].rule).receiver_ids[0]
