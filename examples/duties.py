"""Say which reports a plan's units owe, and which of them fall together, as a sample year needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from contracts.plan import Plan, Rule
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.calendar.due import due
from kernel.calendar.period import CutOff, Frequency, Period, months, parse_period


@dataclass(frozen=True, slots=True)
class Duty:
    """One unit owes one report for one period under one rule."""

    unit_id: UUID
    rule: Rule
    period: Period
    closed_on: date
    """The last day whose figures count."""
    last_timely_on: date | None
    """None under a rule that states no day."""


Filing = tuple[Duty, ...]
"""Duties of one unit that one report can serve: the same due day, the same receivers. The longest period comes last."""


def filings(plan: Plan) -> Iterator[Filing]:
    """Give the duties of a plan that are owed, by unit, those that fall together in one filing."""
    owed = sorted(
        (duty for rule in plan.rules for duty in _duties(plan, rule)),
        key=lambda duty: (str(duty.unit_id), _occasion(duty), len(months(duty.period))),
    )
    for _, together in groupby(owed, key=lambda duty: (duty.unit_id, _occasion(duty))):
        yield tuple(together)


def _occasion(duty: Duty) -> str:
    if duty.last_timely_on is None:
        return f"{duty.rule.code} {duty.period.key}"
    return f"{duty.last_timely_on} {duty.rule.receiver_ids}"


def _duties(plan: Plan, rule: Rule) -> Iterator[Duty]:
    for period in plan.periods(rule.frequency):
        span = period.days(CutOff(rule.cut_off))
        if span is None:
            continue
        instant = due(rule.due.rule(), period, LEGAL_CALENDAR)
        last_timely_on = instant.rolled_on if instant else None
        closed_on = span.until - timedelta(days=1)
        # What is due, or without a day ends, before the plan binds is not owed: the first quarter of a plan of April.
        if (last_timely_on or closed_on) >= plan.effective_on:
            for unit_id in rule.reporter_ids:
                yield Duty(unit_id, rule, period, closed_on, last_timely_on)


def collected(plan: Plan, rule: Rule, reporter_kind: str) -> tuple[str, ...]:
    """Return the codes of the elements that a kind of reporter is asked for under a rule."""
    if rule.elements is not None:
        return rule.elements
    return tuple(e.code for e in plan.elements if not e.authoritative or reporter_kind in e.authoritative)


def period_name(key: str) -> str:
    """Return a period as a Vietnamese reader calls it.

    >>> period_name("2025-Q2"), period_name("2025-9M")
    ('quý 2 năm 2025', '9 tháng năm 2025')
    """
    period = parse_period(key)
    names = {
        Frequency.MONTH: "tháng {index} năm {year}",
        Frequency.QUARTER: "quý {index} năm {year}",
        Frequency.HALF_YEAR: "6 tháng đầu năm {year}",
        Frequency.SECOND_HALF_YEAR: "6 tháng cuối năm {year}",
        Frequency.NINE_MONTHS: "9 tháng năm {year}",
        Frequency.YEAR: "năm {year}",
        Frequency.PROGRAMME: "giai đoạn {year}-{index}",
    }
    return names[period.frequency].format(year=period.year, index=period.index)
