"""The limits are the law's: their values, units, days and references."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.events.tips import Category
from services.tips.law.clocks import limits_of

CLASSIFY = ("classify", 24, "hours", "receipt")
RESOLVE = ("resolve", 30, "days", "acceptance")
WORKING_DAYS = ("accept", 7, "working_days", "receipt")


@pytest.mark.parametrize(
    ("category", "on", "limits"),
    [
        (None, date(2025, 4, 18), [CLASSIFY]),
        (Category.CRIME_REPORT, date(2025, 4, 18), [CLASSIFY, ("resolve", 20, "days", "receipt")]),
        (Category.DENUNCIATION, date(2025, 4, 18), [WORKING_DAYS, RESOLVE]),
        (Category.COMPLAINT, date(2026, 6, 30), [("accept", 10, "days", "receipt"), RESOLVE]),
        (Category.COMPLAINT, date(2026, 7, 1), [WORKING_DAYS, RESOLVE]),
        (Category.FEEDBACK, date(2025, 4, 18), []),
    ],
)
def test_limits_of_a_category_on_a_day(
    category: Category | None, on: date, limits: list[tuple[str, int, str, str]]
) -> None:
    found = limits_of(category, on)

    assert [(one.step.value, one.value, one.unit, one.runs_from) for one in found] == limits
    assert all(one.reference for one in found)
