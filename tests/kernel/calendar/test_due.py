"""Due instants: hand-made cases, and laws for all rules and calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kernel.calendar.days_off import LEGAL_CALENDAR, Calendar, Decision
from kernel.calendar.due import Bound, DueRule, Roll, days_after, due, hours_after, working_days_between
from kernel.calendar.period import CutOff, Frequency, Period, parse_period, periods_between
from kernel.clock import ICT, legal_day
from tests.kernel.calendar.strategies import IN_THE_YEAR, calendars, dated_rules, days, placed_periods

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("due_cases.yaml").read_text("utf-8"))
MICROSECOND = timedelta(microseconds=1)

any_roll = st.sampled_from(Roll)
rolling = st.just(Roll.NEXT_WORKING_DAY)


def rule_of(words: dict[str, Any]) -> DueRule:
    """Read a rule as a case writes it."""
    rule = words | {"bound": Bound(words["bound"]), "roll": Roll(words.get("roll", "none"))}
    return DueRule(**rule)


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_a_report_is_on_time_until_this_day(case: dict[str, Any]) -> None:
    instant = due(rule_of(case["rule"]), parse_period(str(case["period"])), LEGAL_CALENDAR)

    assert (instant.rolled_on if instant else None) == case["on_time"]


def test_the_last_microsecond_of_the_last_timely_day_is_on_time_and_the_next_is_late() -> None:
    instant = due(DueRule(Bound.BEFORE, 15), parse_period("2025-H1"), LEGAL_CALENDAR)

    assert instant is not None
    assert datetime(2025, 6, 14, 23, 59, 59, 999_999, tzinfo=ICT) < instant.due_at
    assert datetime(2025, 6, 15, 0, 0, 0, tzinfo=ICT) == instant.due_at
    assert instant.due_at.tzinfo is UTC


def test_a_due_instant_says_what_it_was_computed_from() -> None:
    instant = due(DueRule(Bound.BEFORE, 15, roll=Roll.NEXT_WORKING_DAY), parse_period("2025-Q2"), LEGAL_CALENDAR)

    assert instant is not None
    assert (instant.last_timely_on, instant.rolled_on) == (date(2025, 6, 14), date(2025, 6, 16))
    assert instant.digest == LEGAL_CALENDAR.digest


def test_no_month_has_a_day_32() -> None:
    with pytest.raises(ValueError, match="32"):
        DueRule(Bound.BY, 32)


@given(dated_rules(any_roll), st.sampled_from(IN_THE_YEAR), st.integers(2010, 2040), calendars())
@settings(deadline=None)
def test_a_later_period_is_never_due_earlier(
    rule: DueRule, frequency: Frequency, first_year: int, calendar: Calendar
) -> None:
    instants = [due(rule, period, calendar) for period in periods_between(frequency, first_year, first_year + 2)]

    due_ats = [instant.due_at for instant in instants if instant is not None]
    assert due_ats == sorted(due_ats)
    assert len(due_ats) == len(instants)


@given(dated_rules(any_roll), placed_periods, calendars())
@settings(deadline=None)
def test_before_a_day_is_one_day_less_than_by_it_unless_the_month_ends_first(
    rule: DueRule, period: Period, calendar: Calendar
) -> None:
    assume(rule.day is not None and rule.day <= 28)
    before, by = (
        due(DueRule(bound, rule.day, rule.month_offset), period, calendar) for bound in (Bound.BEFORE, Bound.BY)
    )

    assert before is not None
    assert by is not None
    assert by.last_timely_on - before.last_timely_on == timedelta(days=1)


@given(dated_rules(any_roll), placed_periods, calendars())
@settings(deadline=None)
def test_a_due_instant_is_the_end_of_its_last_timely_day(rule: DueRule, period: Period, calendar: Calendar) -> None:
    instant = due(rule, period, calendar)

    assert instant is not None
    assert legal_day(instant.due_at - MICROSECOND) == instant.rolled_on
    assert legal_day(instant.due_at) == instant.rolled_on + timedelta(days=1)


@given(dated_rules(rolling), placed_periods, calendars())
@settings(deadline=None)
def test_a_rolled_deadline_ends_on_the_first_working_day(rule: DueRule, period: Period, calendar: Calendar) -> None:
    instant = due(rule, period, calendar)

    assert instant is not None
    assert calendar.is_working_day(instant.rolled_on)
    assert working_days_between(instant.last_timely_on - timedelta(days=1), instant.rolled_on, calendar) == 1


@given(dated_rules(rolling), placed_periods, calendars(), days)
@settings(deadline=None)
def test_one_more_day_off_never_shortens_a_rolled_deadline(
    rule: DueRule, period: Period, calendar: Calendar, day_off: date
) -> None:
    more = calendar.with_decision(Decision("20/QĐ", date(2026, 11, 22), days_off=(day_off,)))
    earlier, later = due(rule, period, calendar), due(rule, period, more)

    assert earlier is not None
    assert later is not None
    assert earlier.due_at <= later.due_at


@pytest.mark.parametrize(
    ("started_at", "count", "ends_on"),
    [
        # The day of the return is not counted (BLDS 2015, art. 147.2): Monday 16/6 plus 3 is Thursday 19/6.
        (datetime(2025, 6, 16, 9, 0, tzinfo=ICT), 3, date(2025, 6, 19)),
        # Ends on a Saturday: the next Monday (art. 148.5).
        (datetime(2025, 6, 16, 9, 0, tzinfo=ICT), 5, date(2025, 6, 23)),
        # Friday the 13th, 10 days, ends on the last day of Tết: the Monday after it.
        (datetime(2026, 2, 13, 9, 0, tzinfo=ICT), 9, date(2026, 2, 23)),
        # 23:30 UTC is already the next day in Viet Nam.
        (datetime(2025, 6, 16, 23, 30, tzinfo=UTC), 1, date(2025, 6, 18)),
        # A Saturday that is worked is no day off.
        (datetime(2026, 8, 20, 9, 0, tzinfo=ICT), 2, date(2026, 8, 22)),
        (datetime(2025, 6, 16, 9, 0, tzinfo=ICT), 0, date(2025, 6, 16)),
    ],
)
def test_a_limit_in_days_ends_at_24_00_of_this_day(started_at: datetime, count: int, ends_on: date) -> None:
    ends_at = days_after(started_at, count, LEGAL_CALENDAR)

    assert ends_at == datetime.combine(ends_on + timedelta(days=1), datetime.min.time(), ICT)


def test_a_limit_in_days_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="-2 days"):
        days_after(datetime(2025, 6, 16, tzinfo=UTC), -2, LEGAL_CALENDAR)


def test_a_limit_in_hours_runs_through_tet() -> None:
    received_at = datetime(2026, 2, 14, 22, 15, tzinfo=ICT)

    assert hours_after(received_at, 24) == datetime(2026, 2, 15, 15, 15, tzinfo=UTC)


def test_binh_thuan_leaves_no_working_day_between_closing_and_due_day() -> None:
    half_year = parse_period("2025-H1")
    span = half_year.days(CutOff.DECREE_09)
    instant = due(DueRule(Bound.BEFORE, 15), half_year, LEGAL_CALENDAR)

    assert span is not None
    assert instant is not None
    assert working_days_between(span.until - timedelta(days=1), instant.last_timely_on, LEGAL_CALENDAR) == 0


@pytest.mark.parametrize(
    ("closed_on", "last_timely_on", "count"),
    [
        (date(2025, 3, 14), date(2025, 3, 16), 0),  # only a weekend
        (date(2025, 3, 14), date(2025, 3, 17), 1),
        (date(2025, 12, 14), date(2025, 12, 20), 5),
        (date(2025, 12, 20), date(2025, 12, 14), 0),  # due before its figures close
    ],
)
def test_working_days_left_for_a_report_are_counted(closed_on: date, last_timely_on: date, count: int) -> None:
    assert working_days_between(closed_on, last_timely_on, LEGAL_CALENDAR) == count
