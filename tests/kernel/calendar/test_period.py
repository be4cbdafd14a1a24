"""Periods: their names, their days, and what they are made of."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.calendar.due import Bound, Roll
from kernel.calendar.period import (
    CutOff,
    Frequency,
    Period,
    UnreadablePeriod,
    first_day,
    month,
    months,
    parse_period,
    parts,
    periods_between,
    year,
)
from tests.kernel.calendar.strategies import IN_THE_YEAR, placed_periods, unplaced_periods

# NĐ 09/2019/NĐ-CP, art. 12, written out by hand: first day and last day, both inclusive.
DECREE_09 = {
    "2025-01": (date(2024, 12, 15), date(2025, 1, 14)),
    "2025-06": (date(2025, 5, 15), date(2025, 6, 14)),
    "2024-03": (date(2024, 2, 15), date(2024, 3, 14)),
    "2025-Q1": (date(2024, 12, 15), date(2025, 3, 14)),
    "2025-Q2": (date(2025, 3, 15), date(2025, 6, 14)),
    "2025-Q3": (date(2025, 6, 15), date(2025, 9, 14)),
    "2025-Q4": (date(2025, 9, 15), date(2025, 12, 14)),
    "2025-H1": (date(2024, 12, 15), date(2025, 6, 14)),
    "2025-H2": (date(2025, 6, 15), date(2025, 12, 14)),
    "2025-9M": (date(2024, 12, 15), date(2025, 9, 14)),
    "2025": (date(2024, 12, 15), date(2025, 12, 14)),
    "2021-2025": (date(2020, 12, 15), date(2025, 12, 14)),
}

CALENDAR = {
    "2024-02": (date(2024, 2, 1), date(2024, 2, 29)),
    "2025-12": (date(2025, 12, 1), date(2025, 12, 31)),
    "2025-Q1": (date(2025, 1, 1), date(2025, 3, 31)),
    "2025-H1": (date(2025, 1, 1), date(2025, 6, 30)),
    "2025-H2": (date(2025, 7, 1), date(2025, 12, 31)),
    "2025-9M": (date(2025, 1, 1), date(2025, 9, 30)),
    "2025": (date(2025, 1, 1), date(2025, 12, 31)),
    "2021-2025": (date(2021, 1, 1), date(2025, 12, 31)),
}


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (
            Frequency,
            "month quarter half_year second_half_year nine_months year programme ad_hoc flash",
        ),
        (CutOff, "decree_09 calendar none"),
        (Bound, "before by unstated"),
        (Roll, "none next_working_day"),
    ],
)
def test_words_that_are_sent_and_stored_keep_their_values(words: type[StrEnum], values: str) -> None:
    assert [word.value for word in words] == values.split()


@pytest.mark.parametrize("key", DECREE_09)
def test_under_decree_09_figures_run_from_the_15th_to_the_14th(key: str) -> None:
    span = parse_period(key).days(CutOff.DECREE_09)

    assert span == (DECREE_09[key][0], DECREE_09[key][1] + timedelta(days=1))


@pytest.mark.parametrize("key", CALENDAR)
def test_under_the_calendar_cut_off_figures_run_over_whole_months(key: str) -> None:
    span = parse_period(key).days(CutOff.CALENDAR)

    assert span == (CALENDAR[key][0], CALENDAR[key][1] + timedelta(days=1))


@pytest.mark.parametrize(
    ("key", "cut_off"),
    [("2025-Q1", CutOff.NONE), ("ad_hoc:bao-lu", CutOff.DECREE_09), ("flash:15187", CutOff.CALENDAR)],
)
def test_without_a_cut_off_or_a_place_in_the_year_no_days_are_known(key: str, cut_off: CutOff) -> None:
    assert parse_period(key).days(cut_off) is None


@pytest.mark.parametrize(
    ("key", "last"),
    [
        ("2025-06", "2025-06"),
        ("2025-Q1", "2025-03"),
        ("2025-Q4", "2025-12"),
        ("2025-H1", "2025-06"),
        ("2025-H2", "2025-12"),
        ("2025-9M", "2025-09"),
        ("2025", "2025-12"),
        ("2021-2025", "2025-12"),
    ],
)
def test_due_days_count_from_the_last_month_of_the_period(key: str, last: str) -> None:
    last_month = parse_period(key).last_month

    assert last_month is not None
    assert last_month.key == last


@pytest.mark.parametrize("key", ["ad_hoc:cong-van-12", "flash:2025.03"])
def test_an_ad_hoc_or_flash_report_has_no_months(key: str) -> None:
    unplaced = parse_period(key)

    assert (unplaced.first_month, unplaced.last_month, months(unplaced), parts(unplaced)) == (None, None, (), ())


@given(st.one_of(placed_periods, unplaced_periods))
@settings(deadline=None)
def test_a_period_is_read_back_from_its_key(original: Period) -> None:
    assert parse_period(original.key) == original


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-13",
        "2025-00",
        "2025-6",
        "2025-Q5",
        "2025-Q0",
        "2025-H3",
        "2025-h1",
        "2025-2021",
        "1899",
        "25",
        "2025-06 ",
        "٢٠٢٥",
        "ad_hoc:",
        "ad_hoc:tin báo",
        "monthly:1",
        "2025-06-15",
    ],
)
def test_a_text_that_names_no_period_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(UnreadablePeriod) as refused:
        parse_period(text)

    assert text in refused.value.say("vi").detail
    assert text in refused.value.say("en").detail


@pytest.mark.parametrize(
    ("frequency", "of_year", "index", "name"),
    [
        (Frequency.YEAR, 2025, 1, ""),
        (Frequency.YEAR, 2025, 0, "one"),
        (Frequency.PROGRAMME, 2025, 0, ""),
        (Frequency.FLASH, 2025, 0, "one"),
        (Frequency.AD_HOC, 0, 1, "one"),
    ],
)
def test_numbers_that_do_not_fit_the_frequency_make_no_period(
    frequency: Frequency, of_year: int, index: int, name: str
) -> None:
    with pytest.raises(UnreadablePeriod):
        Period(frequency, of_year, index, name)


@given(
    st.sampled_from([Frequency.MONTH, Frequency.QUARTER, Frequency.YEAR]), st.integers(2000, 2050), st.integers(0, 5)
)
@settings(deadline=None)
def test_periods_of_one_kind_leave_no_day_out_and_count_none_twice(
    frequency: Frequency, first_year: int, more_years: int
) -> None:
    for cut_off in (CutOff.DECREE_09, CutOff.CALENDAR):
        spans = [each.days(cut_off) for each in periods_between(frequency, first_year, first_year + more_years)]

        assert all(one and other and one.until == other.starts_on for one, other in pairwise(spans))


@given(st.sampled_from([*IN_THE_YEAR]), st.integers(2000, 2050))
@settings(deadline=None)
def test_keys_of_one_kind_sort_by_time(frequency: Frequency, first_year: int) -> None:
    in_time = [each.key for each in periods_between(frequency, first_year, first_year + 3)]

    assert in_time == sorted(in_time)


def test_a_plan_of_several_years_has_one_programme_and_no_ad_hoc_period() -> None:
    assert periods_between(Frequency.PROGRAMME, 2021, 2025) == (parse_period("2021-2025"),)
    assert periods_between(Frequency.FLASH, 2021, 2025) == ()
    assert len(periods_between(Frequency.MONTH, 2024, 2025)) == 24


@pytest.mark.parametrize(
    ("key", "alternatives"),
    [
        ("2024-2025", [["2024", "2025"]]),
        ("2025-2025", [["2025"], ["2025-9M"], ["2025-H1"], ["2025-H1", "2025-H2"]]),
        ("2025", [["2025-9M"], ["2025-H1"], ["2025-H1", "2025-H2"]]),
        ("2025-9M", [["2025-H1", "2025-Q3"], ["2025-H1"]]),
        ("2025-H1", [["2025-Q1", "2025-Q2"]]),
        ("2025-H2", [["2025-Q3", "2025-Q4"]]),
        ("2025-Q2", [["2025-04", "2025-05", "2025-06"]]),
        ("2025-06", []),
    ],
)
def test_shorter_periods_stand_for_a_longer_one_in_this_order(key: str, alternatives: list[list[str]]) -> None:
    assert [[part.key for part in alternative] for alternative in parts(parse_period(key))] == alternatives


@given(placed_periods)
@settings(deadline=None)
def test_parts_lie_in_their_period_and_those_that_add_up_are_exactly_it(whole: Period) -> None:
    for alternative in parts(whole):
        made_of = [each for part in alternative for each in months(part)]

        if len(alternative) > 1:
            assert made_of == list(months(whole))
        else:
            assert made_of == list(months(whole))[: len(made_of)]


def test_the_first_and_the_last_known_year_have_their_days_too() -> None:
    assert year(1900).days(CutOff.DECREE_09) == (date(1899, 12, 15), date(1900, 12, 15))
    assert year(2199).days(CutOff.CALENDAR) == (date(2199, 1, 1), date(2200, 1, 1))


def test_the_first_day_is_that_of_the_month_meant() -> None:
    assert first_day(month(2025, 1), months_later=-1) == date(2024, 12, 1)
