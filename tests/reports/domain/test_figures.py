"""Which figures cannot be right."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.plan import DataElement
from kernel.calendar.period import parse_period
from services.reports.domain.figures import Earlier, Sheet, find_faults
from tests.reports.builders import ELEMENTS

KNOWN = {element["code"]: DataElement.model_validate(element) for element in ELEMENTS}


def faults(figures: dict[str, Any], *, disbursed: int = 0) -> list[tuple[str, str]]:
    """Return where a sheet of the second quarter is wrong, and by which code. `disbursed` was said in the first."""
    sheet = Sheet("/covers/0/figures", parse_period("2025-Q2"), figures)
    found = find_faults(sheet, KNOWN, {"funding.disbursed": Earlier("2025-Q1", disbursed)})
    return [(spot.pointer.rpartition("/")[2], spot.code) for spot in found]


@pytest.mark.parametrize("figure", [0, 1, 2**53 - 1])
def test_a_figure_is_a_count(figure: int) -> None:
    assert faults({"activities.held": figure}) == []


@pytest.mark.parametrize("figure", [-1, 2**53, 1.0, True, "1", None, []])
def test_what_is_no_count_is_no_figure(figure: Any) -> None:
    assert faults({"activities.held": figure}) == [("activities.held", "not_a_count")]


@pytest.mark.parametrize(("figure", "expected"), [(6, []), (5, []), (4, [("funding.disbursed", "cumulative_falls")])])
def test_a_cumulative_figure_rises_or_stays(figure: int, expected: list[tuple[str, str]]) -> None:
    assert faults({"funding.disbursed": figure}, disbursed=5) == expected


def test_other_figures_may_fall() -> None:
    assert faults({"premises.total": 1, "activities.held": 0}, disbursed=5) == []


def test_a_month_lies_within_the_period() -> None:
    figure = {"posts.published": {"2025-03": 1, "2025-04": 1, "2025-06": 1, "2025-07": 1}}

    assert faults(figure) == [("2025-03", "month_outside"), ("2025-07", "month_outside")]
