"""What a plan makes units owe: one report for one period under one rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.plan import Plan, Requirement, Rule
from kernel.calendar.days_off import Calendar
from kernel.calendar.due import DueInstant, due
from kernel.calendar.period import CutOff, Frequency, Period, parse_period
from kernel.clock import start_of
from kernel.ids import ObligationId, obligation_id

OPENED_BY_HAND = frozenset({Frequency.AD_HOC, Frequency.FLASH})
"""Duties that make an obligation only when somebody opens one."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One unit owes one report for one period under one rule."""

    id: ObligationId
    plan_id: UUID
    rule: str
    unit_id: UUID
    period: Period
    requirement: Requirement
    due: DueInstant | None
    """None if the rule states no day."""


def owed_under(plan: Plan, calendar: Calendar, *, from_instant: datetime | None = None) -> Iterator[Obligation]:
    """Yield everything that a version of a plan makes units owe from an instant on, by rule, period and unit.

    `from_instant` is by default the plan's effective instant. A period whose due instant, or whose end where there is
    none, lies at or before it is not owed, unless the rule names an earlier start.
    """
    for rule in plan.rules:
        if rule.frequency in OPENED_BY_HAND:
            continue
        since = from_instant or effective_at(plan)
        if rule.owed_from is not None:
            since = min(since, start_of(rule.owed_from))
        for period in plan.periods(rule.frequency):
            due_instant = due(rule.due.rule(), period, calendar)
            if _ends_at(rule, period, due_instant) <= since:
                continue
            for unit_id in rule.reporter_ids:
                yield Obligation(
                    id=obligation_id(plan.plan_id, rule.code, unit_id, period.key),
                    plan_id=plan.plan_id,
                    rule=rule.code,
                    unit_id=unit_id,
                    period=period,
                    requirement=rule.requirement,
                    due=due_instant,
                )


def is_opened_by_hand(period_key: str) -> bool:
    """Say whether an obligation for this period was made by a request, not by its rule."""
    return parse_period(period_key).frequency in OPENED_BY_HAND


def effective_at(plan: Plan) -> datetime:
    """Return the first instant of a plan's effective day."""
    return start_of(plan.effective_on)


def period_end(rule: Rule, period: Period) -> datetime | None:
    """Return the exclusive end of a period's days; None for one without days (ad hoc, flash)."""
    span = period.days(rule.cut_off) or period.days(CutOff.CALENDAR)
    return None if span is None else start_of(span.until)


def _ends_at(rule: Rule, period: Period, due_instant: DueInstant | None) -> datetime:
    if due_instant is not None:
        return due_instant.due_at
    end = period_end(rule, period)
    assert end is not None  # noqa: S101 - only ad hoc and flash periods have no days, and those are opened by hand
    return end


def elements_of(plan: Plan, rule: Rule, reporter_kind: str) -> frozenset[str]:
    """Return the codes of the data elements that a kind of reporter is expected to send under a rule."""
    if rule.elements is not None:
        return frozenset(rule.elements)
    return frozenset(
        element.code for element in plan.elements if not element.authoritative or reporter_kind in element.authoritative
    )
