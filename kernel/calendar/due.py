"""Say until which instant a report or an answer is on time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from kernel.calendar.days_off import Calendar
from kernel.calendar.period import Period, first_day
from kernel.clock import as_utc, end_of, legal_day


class Bound(StrEnum):
    """How a plan words its due day. Values are sent and stored: never change one."""

    BEFORE = "before"
    """"Trước ngày N": the last timely day is N − 1."""
    BY = "by"
    """"Chậm nhất ngày N": the last timely day is N."""
    UNSTATED = "unstated"
    """"Theo quy định": a duty without a day."""


class Roll(StrEnum):
    """What happens to a last timely day that is not a working day. Values are sent and stored: never change one."""

    NONE = "none"
    NEXT_WORKING_DAY = "next_working_day"
    """As BLDS 2015, art. 148.5, does with limits; for a fixed calendar date it is a choice of the plan."""


@dataclass(frozen=True, slots=True)
class DueRule:
    """When reports are due, relative to the last month of their period or on explicit days."""

    bound: Bound = Bound.UNSTATED
    day: int | None = None
    """Day of the month, 1 to 31."""
    month_offset: int = 0
    """Months after the last month of the period."""
    dates: Mapping[str, date] = field(default_factory=dict)
    """Explicit days by period key; they take the place of `day` and are worded by the same bound."""
    roll: Roll = Roll.NONE

    def __post_init__(self) -> None:
        if self.day is not None and not 1 <= self.day <= 31:
            raise ValueError(f"no month has a day {self.day}")


@dataclass(frozen=True, slots=True)
class DueInstant:
    """When one report is due, with what is needed to explain it."""

    last_timely_on: date
    """The last timely day as the rule words it."""
    rolled_on: date
    """The last timely day after rolling to a working day, where the rule rolls."""
    due_at: datetime
    """Exclusive end of `rolled_on`, 24:00 in Viet Nam, as UTC: on time means received before it."""
    digest: str
    """Digest of the calendar it was computed from."""


def due(rule: DueRule, period: Period, calendar: Calendar) -> DueInstant | None:
    """Return when a period's report is due; none where the rule states no day for it.

    An explicit day whose wording is unstated is read as "by": the day itself is still timely.

    >>> from kernel.calendar.days_off import LEGAL_CALENDAR
    >>> from kernel.calendar.period import parse_period
    >>> due(DueRule(Bound.BEFORE, 15), parse_period("2025-H1"), LEGAL_CALENDAR).due_at.isoformat()
    '2025-06-14T17:00:00+00:00'
    """
    last_timely_on = _last_timely_day(rule, period)
    if last_timely_on is None:
        return None
    rolled_on = calendar.next_working_day(last_timely_on) if rule.roll is Roll.NEXT_WORKING_DAY else last_timely_on
    return DueInstant(last_timely_on, rolled_on, end_of(rolled_on), calendar.digest)


def _last_timely_day(rule: DueRule, period: Period) -> date | None:
    days_short = timedelta(days=1 if rule.bound is Bound.BEFORE else 0)
    if period.key in rule.dates:
        return rule.dates[period.key] - days_short
    if rule.bound is Bound.UNSTATED or rule.day is None or period.last_month is None:
        return None
    starts_on = first_day(period.last_month, months_later=rule.month_offset)
    ends_on = first_day(period.last_month, months_later=rule.month_offset + 1) - timedelta(days=1)
    # A month without the day ends on its last day (BLDS 2015, art. 148.3): nothing in it lies on or after the day.
    return min(starts_on + timedelta(days=rule.day - 1) - days_short, ends_on)


def days_after(instant: datetime, days: int, calendar: Calendar) -> datetime:
    """Return the exclusive end of a limit in calendar days, for example of a correction.

    The day it starts in is not counted (BLDS 2015, art. 147.2), and a limit that would end on a day off ends with the
    next working day (art. 148.5), at its 24:00 (art. 148.6).
    """
    if days < 0:
        raise ValueError(f"a limit of {days} days does not exist")
    return end_of(calendar.next_working_day(legal_day(instant) + timedelta(days=days)))


def working_days_after(instant: datetime, days: int, calendar: Calendar) -> datetime:
    """Return the exclusive end of a limit in working days: the last of so many after the day it starts in.

    >>> from kernel.calendar.days_off import LEGAL_CALENDAR
    >>> from kernel.clock import start_of
    >>> working_days_after(start_of(date(2025, 4, 28)), 3, LEGAL_CALENDAR).isoformat()
    '2025-05-06T17:00:00+00:00'
    """
    if days < 0:
        raise ValueError(f"a limit of {days} working days does not exist")
    last = legal_day(instant)
    for _ in range(days):
        last = calendar.next_working_day(last + timedelta(days=1))
    return end_of(last)


def hours_after(instant: datetime, hours: int) -> datetime:
    """Return the exclusive end of a limit in hours: it starts at once (BLDS, art. 147.1) and runs through weekends."""
    return as_utc(instant) + timedelta(hours=hours)


def working_days_between(closed_on: date, last_timely_on: date, calendar: Calendar) -> int:
    """Count the working days left for writing a report: after the day on which its figures close, until it is due.

    NĐ 09/2019/NĐ-CP, art. 8.5, asks for at least one.

    >>> from kernel.calendar.days_off import LEGAL_CALENDAR
    >>> working_days_between(date(2025, 6, 14), date(2025, 6, 14), LEGAL_CALENDAR)
    0
    """
    days = (closed_on + timedelta(days=ahead) for ahead in range(1, (last_timely_on - closed_on).days + 1))
    return sum(map(calendar.is_working_day, days))
