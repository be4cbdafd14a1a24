"""A share of figures: what adds up, who is counted, and what is said of it."""

from __future__ import annotations

from datetime import date

import pytest

from services.reports.evaluation.evidence import Basis
from services.reports.evaluation.indicator import Value
from services.reports.evaluation.measures import Indicator, Ratio, Target
from tests.reports.evaluation.histories import instant
from tests.reports.evaluation.worlds import YEAR_END, World, said

INFORMED = Indicator(Ratio(("informed",), ("workers",), Target(at_least=70)))
INFORMED_IF_ANY = Indicator(INFORMED.measure, if_any=True)
JUNE = instant(date(2025, 6, 20))


def a_world() -> World:
    return World(informed="flow", workers="stock")


def test_ratio_is_met_to_the_last_unit_in_integers() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 699_999, "workers": 1_000_000})
    met = a_world()
    met.report(met.owe(1, "2025"), {"informed": 700_000, "workers": 1_000_000})

    assert said(world.ask(INFORMED)) == ("not_met", None)
    assert said(met.ask(INFORMED)) == ("met", None)


def test_ratio_adds_numerators_and_denominators_over_units() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 10, "workers": 10})
    world.report(world.owe(2, "2025"), {"informed": 0, "workers": 10})

    found = world.ask(INFORMED)

    assert found.value == Value(10, 20)
    assert (found.expected, found.counted) == (2, 2)
    assert said(found) == ("not_met", None)


def test_report_that_is_not_accepted_counts_only_where_submitted_ones_are_asked_for() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 9, "workers": 10}, accepted=False)

    assert said(world.ask(INFORMED)) == ("no_data", None)
    assert said(world.ask(INFORMED, basis=Basis.SUBMITTED)) == ("met", None)


def test_units_that_count_parts_of_a_ratio_complete_each_other() -> None:
    world = a_world()
    world.report(world.owe(1, "2025", elements=["informed"]), {"informed": 8})
    world.report(world.owe(2, "2025", elements=["workers"]), {"workers": 10})

    assert world.ask(INFORMED).value == Value(8, 10)


def test_figures_of_a_reporter_without_authority_are_never_summed() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 8, "workers": 10})
    world.report(world.owe(2, "2025", elements=[]), {"informed": 90, "workers": 90})

    found = world.ask(INFORMED)

    assert found.value == Value(8, 10)
    assert found.expected == 1


def test_unit_that_owes_two_reports_for_one_period_counts_once() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 8, "workers": 10})
    world.report(world.owe(1, "2025"), {"informed": 8, "workers": 10})

    found = world.ask(INFORMED)

    assert found.value == Value(8, 10)
    assert (found.expected, found.counted) == (1, 1)


def test_report_without_the_denominator_adds_nothing_and_is_missing() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 8})
    world.report(world.owe(2, "2025"), {"informed": 7, "workers": 10})

    found = world.ask(INFORMED)

    assert found.value == Value(7, 10)
    assert found.missing == (1,)
    assert said(found) == ("incomplete", None)


def test_missing_figure_stays_unknown_while_zero_is_a_figure() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {})
    zero = a_world()
    zero.report(zero.owe(1, "2025"), {"informed": 0, "workers": 10})

    assert said(world.ask(INFORMED)) == ("no_data", None)
    assert said(zero.ask(INFORMED)) == ("not_met", None)


def test_element_that_nobody_is_asked_for_leaves_the_ratio_unknown() -> None:
    world = a_world()
    world.report(world.owe(1, "2025", elements=["informed"]), {"informed": 8})

    found = world.ask(INFORMED)

    assert found.value == Value(8, None)
    assert said(found) == ("no_data", None)


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [(INFORMED_IF_ANY, ("not_applicable", None)), (INFORMED, ("not_judged", "empty_population"))],
)
def test_population_of_zero_is_neither_met_nor_missed(indicator: Indicator, expected: tuple[str, str | None]) -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 0, "workers": 0})

    assert said(world.ask(indicator)) == expected


def test_dated_reporter_is_expected_from_the_start_and_missing_until_it_reports() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 8, "workers": 10}, at=JUNE - 1)
    world.owe(2, "2025")

    found = world.ask(INFORMED, t=JUNE)

    assert (found.expected, found.counted, found.missing) == (2, 1, (2,))
    assert said(found) == ("on_track", None)


@pytest.mark.parametrize(("t", "verdict"), [(YEAR_END - 1, "at_risk"), (YEAR_END, "incomplete")])
def test_missing_reports_make_it_incomplete_once_all_due_instants_have_passed(t: int, verdict: str) -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 6, "workers": 10}, at=JUNE)
    world.owe(2, "2025")

    assert said(world.ask(INFORMED, t=t)) == (verdict, None)


@pytest.mark.parametrize(("t", "expected", "verdict"), [(YEAR_END - 1, 1, "met"), (YEAR_END, 2, "incomplete")])
def test_undated_reporter_is_expected_from_the_periods_end(t: int, expected: int, verdict: str) -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 8, "workers": 10}, at=JUNE)
    world.owe(2, "2025", due="undated")

    found = world.ask(INFORMED, t=t)

    assert found.expected == expected
    assert said(found) == (verdict, None)


def test_requested_reporter_is_summed_but_not_counted() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 8, "workers": 10})
    world.report(world.owe(2, "2025", requested=True), {"informed": 1, "workers": 10})

    found = world.ask(INFORMED)

    assert found.value == Value(9, 20)
    assert (found.expected, found.counted) == (1, 1)
    assert said(found) == ("not_met", None)


def test_figures_without_anybody_expected_count_as_complete() -> None:
    world = a_world()
    world.report(world.owe(2, "2025", requested=True), {"informed": 9, "workers": 10})

    assert said(world.ask(INFORMED)) == ("met", None)


def test_excused_reporter_leaves_the_coverage_unless_it_reports() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 8, "workers": 10})
    excused = world.excuse(world.owe(2, "2025"))

    assert world.ask(INFORMED).expected == 1
    world.report(excused, {"informed": 1, "workers": 10})
    assert (world.ask(INFORMED).expected, world.ask(INFORMED).counted) == (2, 2)
    assert world.ask(INFORMED).value == Value(9, 20)


def test_indicator_without_threshold_is_shown_but_not_judged() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 8, "workers": 10})

    found = world.ask(Indicator(Ratio(("informed",), ("workers",), None)))

    assert found.value == Value(8, 10)
    assert said(found) == ("not_judged", "no_threshold")


def test_answer_tells_which_reports_its_figures_are_from() -> None:
    world = a_world()
    used = world.report(world.owe(1, "2025-9M"), {"informed": 8, "workers": 10})
    owed = world.owe(1, "2025")

    found = world.ask(INFORMED)

    assert found.is_provisional
    assert found.target == Target(at_least=70)
    [part] = found.contributions
    assert part.rows == (owed,)
    assert [(report.row, report.version, report.period.key) for report in part.used] == [(used, 1, "2025-9M")]
