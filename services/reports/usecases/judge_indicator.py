"""Give a verdict on a promise without a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.plan import Narrative
from kernel.clock import Clock
from kernel.ids import UnitId, new_id
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.promise import periods_of
from services.reports.domain.refusals import IndicatorMeasured, IndicatorUnknown
from services.reports.store.judgements import add_judgement
from services.reports.store.plans import get_plan


@dataclass(frozen=True, slots=True)
class JudgeIndicator:
    """A verdict with its reason."""

    plan: str
    indicator: str
    unit_id: UUID
    """The unit judged, with its subtree."""
    period: str
    met: bool
    reason: str


async def judge_indicator(cmd: JudgeIndicator, *, tx: Write, actor: Actor, at: datetime, clock: Clock) -> UUID:
    """Write a verdict and return its id. A later one takes the place of an earlier one.

    Raises:
        PlanUnknown, IndicatorUnknown: What it names is not there, or not promised over this period.
        IndicatorMeasured: It has a number.
        UnitOutside: The caller receives no reports under this plan, and does not act for its issuer.
    """
    plan = await get_plan(tx, cmd.plan)
    found = next((one for one in plan.indicators if one.code == cmd.indicator), None)
    if found is None or cmd.period not in {period.key for period in periods_of(plan, found)}:
        raise IndicatorUnknown(plan=cmd.plan, indicator=cmd.indicator, period=cmd.period)
    if not isinstance(found.measure, Narrative):
        raise IndicatorMeasured(indicator=cmd.indicator)
    receivers = {rule.receiver_ids[0] for rule in plan.rules}
    if not any(actor.can_act_for(UnitId(receiver)) for receiver in receivers):
        actor.must_act_for(UnitId(plan.issuer_id))
    judgement_id = new_id(clock)
    await add_judgement(
        tx,
        {
            "id": judgement_id,
            "plan_id": plan.plan_id,
            "indicator": cmd.indicator,
            "unit_id": cmd.unit_id,
            "period": cmd.period,
            "met": cmd.met,
            "reason": cmd.reason,
            "judged_by": actor.unit(),
            "occurred_at": at,
        },
    )
    return judgement_id
