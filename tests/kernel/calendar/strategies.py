"""Random periods, days and due rules for the laws of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from kernel.calendar.days_off import LEGAL_CALENDAR, Calendar, Decision
from kernel.calendar.due import Bound, DueRule, Roll
from kernel.calendar.period import Frequency, Period, periods_between

IN_THE_YEAR = [each for each in Frequency if each not in {Frequency.AD_HOC, Frequency.FLASH, Frequency.PROGRAMME}]
"""Frequencies that come back every year."""

days = st.dates(date(2020, 1, 1), date(2028, 12, 31))


@st.composite
def _placed_periods(draw: st.DrawFn) -> Period:
    frequency = draw(st.sampled_from([*IN_THE_YEAR, Frequency.PROGRAMME]))
    first_year = draw(st.integers(2000, 2050))
    return draw(st.sampled_from(periods_between(frequency, first_year, first_year + draw(st.integers(0, 9)))))


placed_periods = _placed_periods()
"""Every period that has months."""

unplaced_periods = st.builds(
    lambda frequency, name: Period(frequency, 0, name=name),
    st.sampled_from([Frequency.AD_HOC, Frequency.FLASH]),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True),
)


def dated_rules(roll: st.SearchStrategy[Roll]) -> st.SearchStrategy[DueRule]:
    """Rules that state a day of the month."""
    return st.builds(
        DueRule,
        bound=st.sampled_from([Bound.BEFORE, Bound.BY]),
        day=st.integers(1, 31),
        month_offset=st.integers(-12, 24),
        roll=roll,
    )


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """The legal calendar with one more decision: some free spells and some worked days."""
    off = {
        start + timedelta(days=ahead)
        for start, length in draw(st.lists(st.tuples(days, st.integers(1, 9)), max_size=5))
        for ahead in range(length)
    }
    worked = draw(st.sets(days, max_size=5)) - off
    return LEGAL_CALENDAR.with_decision(
        Decision("19/QĐ-TTg", date(2026, 11, 22), days_off=tuple(off), worked=tuple(worked))
    )
