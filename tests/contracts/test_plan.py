"""What the shape of a plan means to the calendar."""

from __future__ import annotations

from datetime import date

from contracts.plan import Due
from kernel.calendar.due import Bound, DueRule, Roll


def test_the_wording_of_a_due_day_reaches_the_calendar_whole() -> None:
    words = Due(
        bound=Bound.BEFORE,
        day=15,
        month_offset=1,
        dates={"2025-Q2": date(2025, 6, 10)},
        roll=Roll.NEXT_WORKING_DAY,
    )

    assert words.rule() == DueRule(
        bound=Bound.BEFORE,
        day=15,
        month_offset=1,
        dates={"2025-Q2": date(2025, 6, 10)},
        roll=Roll.NEXT_WORKING_DAY,
    )


def test_a_rule_that_words_nothing_states_no_day() -> None:
    assert Due().rule() == DueRule()
