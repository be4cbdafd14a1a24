"""A second, slow and obvious count of persons, from what happened to each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from kernel.calendar.period import DaySpan


@dataclass
class Need:
    """What happened to a need, day by day."""

    decided: list[tuple[date, bool]] = field(default_factory=list)
    """Day and answer, in the order in which they were given."""
    delivered: list[date] = field(default_factory=list)


def state_on(need: Need, day: date) -> tuple[bool, date | None]:
    """Return how a need stands at the end of a day: whether it is eligible, and since which decision."""
    eligible, since = False, None
    for decided_on, answer in need.decided:
        if decided_on <= day:
            eligible, since = answer, decided_on
    return eligible, since


def is_eligible(need: Need, period: DaySpan) -> bool:
    """Walk to the last day of a period, then look back."""
    eligible, since = state_on(need, period.until - timedelta(days=1))
    if not eligible or since is None:
        return False
    if since >= period.starts_on:
        return True
    served_before = [day for day in need.delivered if day < period.starts_on]
    return len(served_before) == 0


def slow_count(persons: list[list[Need]], period: DaySpan) -> tuple[int, int]:
    """Return how many persons were eligible, and how many of them were served."""
    days = [period.starts_on + timedelta(days=number) for number in range((period.until - period.starts_on).days)]
    eligible = served = 0
    for needs in persons:
        mine = [need for need in needs if is_eligible(need, period)]
        if mine:
            eligible += 1
        if any(day in need.delivered for need in mine for day in days):
            served += 1
    return eligible, served
