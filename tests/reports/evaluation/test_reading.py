"""What stands for a period whose report is not in, and what a nil report means: by the kind of figure."""

from __future__ import annotations

from datetime import date

import pytest

from services.reports.evaluation.evidence import Basis
from services.reports.evaluation.indicator import Answer
from services.reports.evaluation.measures import Count, Indicator, Ratio, Target
from tests.reports.evaluation.histories import instant
from tests.reports.evaluation.worlds import World

CHECKED = Indicator(Count(("checked",), Target(at_least=1)))


def total(world: World, period: str = "2025", t: int = instant(date(2025, 11, 1))) -> int | None:
    return world.ask(CHECKED, period=period, t=t).value.n


def with_reports(kind: str, **figures: int) -> World:
    """Return a world with a yearly report outstanding, and with others that are in: `Q1=3` is 2025-Q1."""
    world = World(checked=kind)
    world.owe(1, "2025")
    for key, figure in figures.items():
        world.report(world.owe(1, f"2025-{key.removeprefix('m')}"), {"checked": figure})
    return world


@pytest.mark.parametrize(
    ("kind", "in_quarters", "in_nine_months"), [("flow", 7, 9), ("stock", 4, 9), ("cumulative", 4, 9)]
)
def test_year_so_far_is_its_nine_months_or_else_its_quarters_by_kind(
    kind: str, in_quarters: int, in_nine_months: int
) -> None:
    quarters = {"Q1": 3, "Q2": 4}

    assert total(with_reports(kind, **quarters)) == in_quarters
    assert total(with_reports(kind, **quarters, **{"9M": 9})) == in_nine_months


def test_half_year_stands_for_the_year_before_quarters_do() -> None:
    assert total(with_reports("flow", Q1=3, Q2=4, H1=8)) == 8


def test_distinct_persons_never_add_up_over_time() -> None:
    assert total(with_reports("distinct", Q1=3, Q2=4)) is None
    assert total(with_reports("distinct", Q1=3)) is None
    assert total(with_reports("distinct", H1=5)) == 5
    assert total(with_reports("distinct", H1=5, **{"9M": 6})) == 6


def test_quarter_that_is_missing_is_made_of_its_months() -> None:
    assert total(with_reports("flow", Q1=3, m04=1, m06=1)) == 5


def test_second_half_adds_to_the_quarters_of_a_first_half_that_is_missing() -> None:
    assert total(with_reports("flow", Q2=4, Q3=2), t=instant(date(2026, 1, 1))) == 6


def test_own_report_takes_the_place_of_all_shorter_ones() -> None:
    world = with_reports("flow", Q1=3, Q2=4)
    world.report(0, {"checked": 2})

    assert world.ask(CHECKED).value.n == 2
    assert not world.ask(CHECKED).is_provisional


def test_own_report_in_part_is_not_patched_from_shorter_ones() -> None:
    world = with_reports("flow", Q1=3)
    world.report(0, {})

    assert world.ask(CHECKED).value.n is None


@pytest.mark.parametrize(("in_part", "complete"), [("2025-9M", "2025-H1"), ("2025-Q2", "2025-04")])
def test_shorter_report_in_part_is_not_patched_from_still_shorter_ones(in_part: str, complete: str) -> None:
    world = with_reports("flow")
    world.report(world.owe(1, in_part), {})
    world.report(world.owe(1, complete), {"checked": 5})

    assert total(world) is None


def a_pair() -> World:
    return World(informed="flow", workers="stock")


def pair_of(world: World) -> tuple[int | None, int | None]:
    found = world.ask(Indicator(Ratio(("informed",), ("workers",), Target(at_least=70))))
    return found.value.n, found.value.d


def test_first_of_two_reports_for_one_period_gives_the_figure() -> None:
    world = a_pair()
    world.report(world.owe(1, "2025"), {"informed": 8})
    world.report(world.owe(1, "2025"), {"informed": 9, "workers": 10})

    assert pair_of(world) == (8, 10)


def test_figure_that_a_report_carries_unasked_gives_way_to_the_authoritative_one() -> None:
    world = a_pair()
    world.report(world.owe(1, "2025", elements=["informed"]), {"informed": 8, "workers": 99})
    world.report(world.owe(1, "2025", elements=["workers"]), {"workers": 10})

    assert pair_of(world) == (8, 10)


def test_shorter_periods_speak_until_the_last_of_several_reports_is_in() -> None:
    world = a_pair()
    world.report(world.owe(1, "2025", elements=["informed"]), {"informed": 8})
    world.owe(1, "2025", elements=["workers"])
    world.report(world.owe(1, "2025-9M"), {"informed": 6, "workers": 10})

    assert pair_of(world) == (6, 10)


def test_pair_is_taken_from_periods_that_have_both_figures() -> None:
    world = a_pair()
    world.owe(1, "2025")
    world.report(world.owe(1, "2025-Q1"), {"informed": 3, "workers": 10})
    world.report(world.owe(1, "2025-Q2"), {"informed": 90})
    world.report(world.owe(1, "2025-Q3"), {"informed": 4, "workers": 12})

    assert pair_of(world) == (7, 12)


def test_shorter_periods_do_not_speak_for_whom_nobody_waits() -> None:
    world = World(checked="flow")
    world.owe(1, "2025", requested=True)
    world.excuse(world.owe(2, "2025"))
    world.owe(3, "2025", due="undated")
    for unit in (1, 2, 3):
        world.report(world.owe(unit, "2025-H1"), {"checked": 5})

    assert total(world) is None


def test_programme_so_far_is_the_sum_of_its_years() -> None:
    world = World(checked="flow")
    world.owe(1, "2024-2025")
    world.report(world.owe(1, "2024"), {"checked": 5})
    world.report(world.owe(1, "2025-H1"), {"checked": 2})

    assert total(world, "2024-2025") == 7


@pytest.mark.parametrize(("kind", "expected"), [("flow", 0), ("distinct", 0), ("cumulative", 4), ("stock", 4)])
def test_nil_report_is_zero_or_the_last_value_by_kind(kind: str, expected: int) -> None:
    world = with_reports(kind, Q1=3, Q2=4)
    world.report(0, nil=True)

    assert world.ask(CHECKED).value.n == expected


@pytest.mark.parametrize(("kind", "expected"), [("cumulative", 0), ("stock", None)])
def test_nil_report_without_one_before_is_zero_only_if_cumulative(kind: str, expected: int | None) -> None:
    world = with_reports(kind)
    world.report(0, nil=True)

    assert world.ask(CHECKED).value.n == expected


@pytest.mark.parametrize(("kind", "expected"), [("cumulative", 0), ("stock", 8)])
def test_cumulative_figure_starts_anew_with_the_year_and_a_stock_does_not(kind: str, expected: int) -> None:
    world = with_reports(kind)
    world.report(world.owe(1, "2024"), {"checked": 8})
    world.report(0, nil=True)

    assert world.ask(CHECKED).value.n == expected


def test_nil_quarter_keeps_the_stock_of_the_quarter_before_and_not_of_the_one_after() -> None:
    world = World(checked="stock")
    world.report(world.owe(1, "2025-Q1"), {"checked": 3})
    world.report(world.owe(1, "2025-Q3"), {"checked": 9})
    world.report(world.owe(1, "2025-Q2"), nil=True)

    assert world.ask(CHECKED, period="2025-Q2").value.n == 3


def test_figure_stated_in_a_nil_report_holds() -> None:
    world = with_reports("stock", Q1=3)
    world.report(0, {"checked": 6}, nil=True)

    assert world.ask(CHECKED).value.n == 6


@pytest.mark.parametrize(("kind", "expected"), [("flow", 6), ("stock", 3), ("cumulative", 3), ("distinct", None)])
def test_entries_per_month_come_to_a_total_by_kind(kind: str, expected: int | None) -> None:
    world = World(checked=kind)
    entries = {"2025-02": 2, "2025-03": 3, "2025-01": 1}
    world.report(world.owe(1, "2025-Q1"), by_month={"checked": entries})

    assert world.ask(CHECKED, period="2025-Q1").value.n == expected


def test_total_is_unknown_while_a_month_has_no_entry() -> None:
    world = World(checked="flow")
    world.report(world.owe(1, "2025-Q1"), by_month={"checked": {"2025-01": 1, "2025-02": 2}})

    assert world.ask(CHECKED, period="2025-Q1").value.n is None


def test_corrected_version_takes_effect_when_it_is_accepted() -> None:
    world = World(checked="flow")
    row = world.report(world.owe(1, "2025"), {"checked": 5})
    world.report(row, {"checked": 8}, version=2, accepted=False)

    assert world.ask(CHECKED).value.n == 5
    assert world.ask(CHECKED, basis=Basis.SUBMITTED).value.n == 8


def test_figures_of_a_version_never_change() -> None:
    world = World(checked="flow")
    row = world.report(world.owe(1, "2025"), {"checked": 5})
    world.figures.add(world.duties[row], 1, {"checked": 99})

    assert world.ask(CHECKED).value.n == 5


def test_version_without_figures_is_unknown_and_not_zero() -> None:
    world = World(checked="flow")
    world.report(world.owe(1, "2025"), {})

    answer: Answer = world.ask(CHECKED)

    assert answer.value.n is None
    assert answer.verdict == "no_data"
