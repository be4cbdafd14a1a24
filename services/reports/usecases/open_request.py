"""Ask units for one report more (đột xuất), or open a flash report (báo cáo nhanh)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.plan import Requirement, Rule
from kernel.calendar.days_off import Calendar
from kernel.calendar.due import DueInstant
from kernel.calendar.period import parse_period
from kernel.clock import Clock, end_of
from kernel.ids import UnitId, new_id, obligation_id
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.obligation import OPENED_BY_HAND, Obligation
from services.reports.domain.refusals import DueDayPast, ReporterUnfit, RuleUnfit
from services.reports.evaluation.history import FactKind
from services.reports.store.happenings import Happening, open_obligations
from services.reports.store.plans import get_plan


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """One request to some units, under a rule of a plan that provides for it."""

    plan: str
    rule: str
    unit_ids: Sequence[UUID]
    """Whom it asks; without any, all reporters of the rule."""
    title: str
    last_timely_on: date | None
    """The last day on which the answer is on time; None leaves the duty undated."""


async def open_request(
    cmd: OpenRequest, *, tx: Write, actor: Actor, at: datetime, clock: Clock, calendar: Calendar
) -> UUID:
    """Make an obligation for each unit asked, and return the request's id, which is part of their period key.

    Raises:
        PlanUnknown: The plan is not there.
        RuleUnfit: The plan has no such rule, or it is periodic.
        ReporterUnfit: The rule is for other units.
        UnitOutside: The caller acts neither for the receiver nor, for a flash report, for the reporters.
        DueDayPast: The day is over.
    """
    plan = await get_plan(tx, cmd.plan)
    rule = next((rule for rule in plan.rules if rule.code == cmd.rule), None)
    if rule is None or rule.frequency not in OPENED_BY_HAND:
        raise RuleUnfit(rule=cmd.rule)
    unit_ids = tuple(cmd.unit_ids) or rule.reporter_ids
    if not set(unit_ids) <= set(rule.reporter_ids):
        raise ReporterUnfit(rule=cmd.rule)
    _ensure_entitled(rule, unit_ids, actor)
    if cmd.last_timely_on is not None and end_of(cmd.last_timely_on) <= at:
        raise DueDayPast(due=cmd.last_timely_on.isoformat())
    request_id = new_id(clock)
    period = parse_period(f"{rule.frequency.value}:{request_id}")
    due = None
    if cmd.last_timely_on is not None:
        due = DueInstant(cmd.last_timely_on, cmd.last_timely_on, end_of(cmd.last_timely_on), calendar.digest)
    obligations = [
        Obligation(
            id=obligation_id(plan.plan_id, rule.code, unit_id, period.key),
            plan_id=plan.plan_id,
            rule=rule.code,
            unit_id=unit_id,
            period=period,
            requirement=Requirement(rule.requirement),
            due=due,
        )
        for unit_id in unit_ids
    ]
    trace = {"by": str(actor.unit()), "client": actor.client, "request": str(request_id)}
    await open_obligations(tx, obligations, Happening(FactKind.OPENED, at, trace=trace), title=cmd.title)
    return request_id


def _ensure_entitled(rule: Rule, unit_ids: Sequence[UUID], actor: Actor) -> None:
    """The receiver may ask anybody; a unit may open a flash report of its own."""
    receiver = UnitId(rule.receiver_ids[0])
    own = all(actor.can_act_for(UnitId(unit_id)) for unit_id in unit_ids)
    if not (own and rule.frequency.value == "flash"):
        actor.must_act_for(receiver)
