"""Days off: the committed table, what decisions do to it, and what is not known."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kernel.calendar.days_off import LEGAL_CALENDAR, Calendar, ContradictoryDecision, Decision, Reason
from kernel.calendar.due import working_days_between
from tests.kernel.calendar.strategies import calendars, days

YEARS_IN_THE_TABLE = range(2021, 2028)

KNOWN_DIFFERENCES = {
    date(2026, 1, 2): "off by 12729/VPCP-KGVX, which the package does not know",
    date(2026, 1, 10): "worked by 12729/VPCP-KGVX, which the package does not know",
    date(2026, 11, 24): "off in the package by a resolution of the Politburo; no law that frees the day has been seen",
    date(2027, 11, 24): "off in the package by a resolution of the Politburo; no law that frees the day has been seen",
}


def days_of(year: int) -> list[date]:
    """Return all days of a year."""
    first = date(year, 1, 1)
    return [first + timedelta(days=ahead) for ahead in range((date(year + 1, 1, 1) - first).days)]


def test_the_table_agrees_with_the_holidays_package_but_for_the_known_differences() -> None:
    package = holidays.country_holidays("VN", years=YEARS_IN_THE_TABLE)
    worked = package.weekend_workdays

    differing = {
        day
        for year in YEARS_IN_THE_TABLE
        for day in days_of(year)
        if LEGAL_CALENDAR.is_working_day(day) != (day in worked or (day.weekday() < 5 and day not in package))
    }

    assert differing == set(KNOWN_DIFFERENCES)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 1, 2), False),  # Friday, exchanged
        (date(2026, 1, 10), True),  # for this Saturday
        (date(2026, 2, 13), True),
        (date(2026, 2, 16), False),  # Tết 2026: Monday to Friday
        (date(2026, 2, 20), False),
        (date(2026, 2, 23), True),
        (date(2026, 4, 27), False),  # Giỗ Tổ fell on a Sunday
        (date(2026, 8, 22), True),  # Saturday, exchanged
        (date(2026, 8, 31), False),  # for this Monday
        (date(2026, 9, 1), False),
        (date(2026, 11, 24), True),
        (date(2025, 4, 26), True),
        (date(2025, 5, 2), False),
        (date(2024, 4, 29), False),
        (date(2024, 5, 4), True),
        (date(2025, 6, 14), False),  # an ordinary Saturday
    ],
)
def test_a_day_counts_as_the_decisions_say(day: date, works: bool) -> None:
    assert LEGAL_CALENDAR.is_working_day(day) is works


def test_the_nine_days_of_tet_2026_are_one_step() -> None:
    assert LEGAL_CALENDAR.next_working_day(date(2026, 2, 14)) == date(2026, 2, 23)
    assert LEGAL_CALENDAR.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 23)


def test_a_worked_saturday_shortens_a_limit_in_working_days() -> None:
    thursday = date(2026, 8, 20)

    assert LEGAL_CALENDAR.add_working_days(thursday, 2) == date(2026, 8, 22)


def test_only_years_with_a_decision_on_all_movable_days_are_covered() -> None:
    assert [year for year in range(2019, 2030) if LEGAL_CALENDAR.covers(year)] == [2021, 2022, 2023, 2024, 2025, 2026]


@pytest.mark.parametrize("year", [1996, 2020, 2030])
def test_outside_the_table_the_holidays_of_every_year_still_count(year: int) -> None:
    for month, day in ((1, 1), (4, 30), (5, 1), (9, 2)):
        assert not LEGAL_CALENDAR.is_working_day(date(year, month, day))
    assert not LEGAL_CALENDAR.explain(date(year, 1, 1)).year_is_covered


def test_before_the_law_that_made_it_a_holiday_a_day_is_an_ordinary_day() -> None:
    assert LEGAL_CALENDAR.is_working_day(date(1994, 9, 2))


def test_the_later_decision_binds_and_the_earlier_one_stays() -> None:
    monday = date(2027, 3, 1)
    freed = LEGAL_CALENDAR.with_decision(Decision("1/QĐ", date(2027, 1, 5), days_off=(monday,)))
    taken_back = freed.with_decision(Decision("2/QĐ", date(2027, 2, 5), worked=(monday,)))

    assert not freed.is_working_day(monday)
    assert taken_back.is_working_day(monday)
    assert [decision.decision for decision in taken_back.decisions[-2:]] == ["1/QĐ", "2/QĐ"]


@pytest.mark.parametrize("second_on", [date(2027, 1, 5), date(2027, 2, 5)])
def test_the_order_in_which_decisions_are_entered_does_not_matter(second_on: date) -> None:
    first = Decision("8/QĐ", date(2027, 1, 5), worked=(date(2027, 3, 6),))
    second = Decision("9/QĐ", second_on, days_off=(date(2027, 3, 6),))

    in_order = Calendar.of([first, second])

    assert Calendar.of([second]).with_decision(first) == in_order
    assert Calendar.of([second, first]).digest == in_order.digest


def test_the_decision_that_was_made_later_binds_even_if_it_was_entered_first() -> None:
    saturday = date(2027, 3, 6)
    later = Decision("1/QĐ", date(2027, 2, 5), days_off=(saturday,))
    calendar = Calendar.of([later]).with_decision(Decision("9/QĐ", date(2027, 1, 5), worked=(saturday,)))

    assert not calendar.is_working_day(saturday)


def test_a_decision_binds_over_what_was_expected_later() -> None:
    expected = date(2027, 2, 4)
    calendar = LEGAL_CALENDAR.with_decision(Decision("100/QĐ", date(2026, 3, 1), worked=(expected,)))

    assert not LEGAL_CALENDAR.is_working_day(expected)
    assert calendar.is_working_day(expected)


def test_what_was_expected_gives_way_to_the_decision_that_completes_the_year() -> None:
    expected, decided = date(2027, 2, 4), date(2027, 2, 11)
    decision = Decision("9999/VPCP-KGVX", date(2026, 12, 1), days_off=(decided,), completes=(2027,))
    calendar = LEGAL_CALENDAR.with_decision(decision)

    assert not LEGAL_CALENDAR.is_working_day(expected)
    assert calendar.is_working_day(expected)
    assert not calendar.is_working_day(decided)
    assert calendar.covers(2027)


def test_a_decision_that_is_not_complete_leaves_what_is_expected() -> None:
    calendar = LEGAL_CALENDAR.with_decision(Decision("100/QĐ", date(2026, 12, 1), days_off=(date(2027, 9, 1),)))

    assert not calendar.is_working_day(date(2027, 2, 4))
    assert not calendar.covers(2027)


def test_an_expectation_completes_no_year() -> None:
    guess = Decision("dự kiến", date(2027, 1, 1), (date(2028, 1, 26),), completes=(2028,), provisional=True)
    calendar = LEGAL_CALENDAR.with_decision(guess)

    assert not calendar.covers(2028)
    assert not calendar.is_working_day(date(2028, 1, 26))


def test_the_same_decision_twice_changes_nothing() -> None:
    assert LEGAL_CALENDAR.with_decision(LEGAL_CALENDAR.decisions[3]) is LEGAL_CALENDAR


def test_a_calendar_without_decisions_knows_only_the_holidays_of_every_year() -> None:
    bare = Calendar.of([])

    assert not bare.is_working_day(date(2026, 1, 1))
    assert bare.is_working_day(date(2026, 2, 17))
    assert not bare.covers(2026)


def test_a_decision_cannot_make_one_day_free_and_worked() -> None:
    day = date(2027, 5, 8)

    with pytest.raises(ContradictoryDecision) as refused:
        Decision("5/QĐ", date(2027, 1, 1), days_off=(day,), worked=(day,))

    assert "2027-05-08" in refused.value.say("vi").detail


@pytest.mark.parametrize(
    ("day", "reason", "decision", "holiday"),
    [
        (date(2026, 1, 2), Reason.DAY_OFF, "12729/VPCP-KGVX", None),
        (date(2026, 1, 10), Reason.WORKED_INSTEAD, "12729/VPCP-KGVX", None),
        (date(2025, 5, 1), Reason.ANNUAL_HOLIDAY, None, "Ngày Quốc tế lao động"),
        (date(2025, 6, 14), Reason.WEEKEND, None, None),
        (date(2025, 6, 16), Reason.WORKING_WEEK, None, None),
    ],
)
def test_every_day_is_explained(day: date, reason: Reason, decision: str | None, holiday: str | None) -> None:
    explained = LEGAL_CALENDAR.explain(day)

    assert explained.reason is reason
    assert (explained.decision.decision if explained.decision else None) == decision
    assert (explained.holiday.name if explained.holiday else None) == holiday


@given(calendars(), days)
@settings(deadline=None)
def test_an_explanation_never_contradicts_the_answer(calendar: Calendar, day: date) -> None:
    explained = calendar.explain(day)

    assert explained.is_working_day == calendar.is_working_day(day)
    assert explained.is_working_day == (explained.reason in {Reason.WORKING_WEEK, Reason.WORKED_INSTEAD})


@given(calendars(), days, st.integers(0, 60))
@settings(deadline=None)
def test_counting_back_what_was_added_gives_the_same_number(calendar: Calendar, day: date, count: int) -> None:
    ends_on = calendar.add_working_days(day, count)

    assert working_days_between(day, ends_on, calendar) == count
    assert ends_on == day or calendar.is_working_day(ends_on)


@given(calendars(), days)
@settings(deadline=None)
def test_the_next_working_day_is_the_first_one_from_the_day_itself(calendar: Calendar, day: date) -> None:
    following = calendar.next_working_day(day)

    assert calendar.is_working_day(following)
    assert working_days_between(day - timedelta(days=1), following, calendar) == 1


def test_a_limit_of_less_than_no_days_does_not_exist() -> None:
    with pytest.raises(ValueError, match="-1 working days"):
        LEGAL_CALENDAR.add_working_days(date(2026, 1, 5), -1)


@given(st.sets(days, max_size=4), st.sets(days, max_size=4))
@settings(deadline=None)
def test_the_digest_changes_with_every_decision(days_off: set[date], other_days_off: set[date]) -> None:
    assume(days_off != other_days_off)
    one, other = (
        LEGAL_CALENDAR.with_decision(Decision("8/QĐ", date(2027, 1, 1), days_off=tuple(free)))
        for free in (days_off, other_days_off)
    )

    assert len({LEGAL_CALENDAR.digest, one.digest, other.digest}) == 3


def test_the_digest_is_that_of_the_committed_table() -> None:
    # It is stored with due instants: a new decision changes it knowingly, an edit of an old one must not go unseen.
    assert (
        LEGAL_CALENDAR.digest == "be779540caff1134a623f46eb5b1c63684d3a3663bd49c1705e571beb72e96ba"
    )  # pragma: allowlist secret


def test_the_digest_does_not_tell_in_which_order_a_decision_names_its_days() -> None:
    first, second = date(2027, 3, 1), date(2027, 3, 2)
    one, two = (
        Calendar.of([Decision("1/QĐ", date(2027, 1, 1), days_off)]) for days_off in ((first, second), (second, first))
    )

    assert one.digest == two.digest
