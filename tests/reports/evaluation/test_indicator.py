"""Indicators of every measure at an instant: value, coverage and verdict."""

from __future__ import annotations

from datetime import date

import pytest

from services.reports.evaluation.evidence import Basis, Lifetime
from services.reports.evaluation.indicator import Answer, TipsFigures, Value
from services.reports.evaluation.measures import (
    Condition,
    Count,
    Frequency,
    Growth,
    Indicator,
    Measure,
    Milestone,
    Narrative,
    Ratio,
    Source,
    Target,
    UnitsMeeting,
)
from tests.reports.evaluation.histories import instant
from tests.reports.evaluation.worlds import START, YEAR_END, World

INFORMED = Indicator(Ratio(("informed",), ("workers",), Target(at_least=70)))
INFORMED_IF_ANY = Indicator(INFORMED.measure, if_any=True)
POSTED = Indicator(Frequency("posted", Target(at_least=1)))
TIPS = Indicator(Ratio(("in_time",), ("settled",), Target(at_least=100)), source=Source.TIPS)
JUNE = instant(date(2025, 6, 20))


def a_world() -> World:
    return World(informed="flow", workers="stock")


def said(found: Answer) -> tuple[str, str | None]:
    return found.verdict.value, found.reason.value if found.reason else None


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


@pytest.mark.parametrize(
    ("value", "cap", "verdict"),
    [(102, False, "not_met"), (103, False, "met"), (105, True, "met"), (106, True, "not_met"), (106, False, "met")],
)
def test_growth_above_its_band_is_met_unless_capped(value: int, cap: bool, verdict: str) -> None:
    world = World(cases="flow")
    world.report(world.owe(1, "2025"), {"cases": value})
    growth = Growth(("cases",), baseline_value=100, target=Target(at_least=3, at_most=5), cap=cap)

    assert said(world.ask(Indicator(growth))) == (verdict, None)


@pytest.mark.parametrize(("value", "verdict"), [(94, "met"), (97, "met"), (98, "not_met")])
def test_reduction_below_its_band_is_met_where_lower_is_better(value: int, verdict: str) -> None:
    world = World(cases="flow")
    world.report(world.owe(1, "2025"), {"cases": value})
    growth = Growth(("cases",), 100, Target(at_least=-5, at_most=-3), lower_is_better=True)

    assert said(world.ask(Indicator(growth))) == (verdict, None)


@pytest.mark.parametrize(
    ("baseline", "target", "reason"),
    [(None, None, "baseline_unknown"), (0, None, "baseline_zero"), (100, None, "no_threshold")],
)
def test_growth_without_a_baseline_or_threshold_is_not_judged(
    baseline: int | None, target: Target | None, reason: str
) -> None:
    world = World(cases="flow")
    world.report(world.owe(1, "2025"), {"cases": 7})

    found = world.ask(Indicator(Growth(("cases",), baseline, target)))

    assert said(found) == ("not_judged", reason)
    assert found.value == Value(7, baseline)


@pytest.mark.parametrize(
    ("target", "verdict"),
    [(Target(at_least=3), "met"), (Target(at_least=4), "not_met"), (Target(at_most=2), "not_met")],
)
def test_count_is_compared_with_a_number(target: Target, verdict: str) -> None:
    world = World(checks="flow")
    world.report(world.owe(1, "2025"), {"checks": 1})
    world.report(world.owe(2, "2025"), {"checks": 2})

    assert said(world.ask(Indicator(Count(("checks",), target)))) == (verdict, None)


def posts(**by_month: int) -> dict[str, dict[str, int]]:
    return {"posted": {f"2025-{key[1:]}": value for key, value in by_month.items()}}


FULL_YEAR = posts(**{f"m{number:02d}": 1 for number in range(1, 13)})


def test_frequency_is_met_if_every_unit_keeps_every_month() -> None:
    world = World(posted="flow")
    world.report(world.owe(1, "2025"), by_month=FULL_YEAR)
    world.report(world.owe(2, "2025"), by_month=FULL_YEAR)

    found = world.ask(POSTED)

    assert found.value == Value(2, 2)
    assert said(found) == ("met", None)


def test_frequency_is_missed_by_one_unit_in_one_month() -> None:
    world = World(posted="flow")
    world.report(world.owe(1, "2025"), by_month=FULL_YEAR)
    world.report(world.owe(2, "2025"), by_month={"posted": FULL_YEAR["posted"] | {"2025-07": 0}})

    assert world.ask(POSTED).value == Value(1, 2)
    assert said(world.ask(POSTED)) == ("not_met", None)


def test_frequency_is_not_known_where_a_month_is_missing() -> None:
    world = World(posted="flow")
    entries = {month: count for month, count in FULL_YEAR["posted"].items() if month != "2025-07"}
    world.report(world.owe(1, "2025"), by_month={"posted": entries})

    assert said(world.ask(POSTED)) == ("no_data", None)


@pytest.mark.parametrize(
    ("lifetime", "months"),
    [
        ((START, instant(date(2025, 7, 1))), posts(m01=1, m02=1, m03=1, m04=1, m05=1, m06=1)),
        ((instant(date(2025, 7, 1)), YEAR_END), posts(m08=1, m09=1, m10=1, m11=1, m12=1)),
    ],
)
def test_frequency_asks_a_unit_only_for_the_months_of_its_life(
    lifetime: Lifetime, months: dict[str, dict[str, int]]
) -> None:
    world = World(posted="flow")
    world.lifetimes[1] = lifetime
    world.report(world.owe(1, "2025"), by_month=months)

    assert said(world.ask(POSTED)) == ("met", None)


@pytest.mark.parametrize("kind", ["flow", "distinct"])
def test_frequency_so_far_looks_at_the_elapsed_months_of_shorter_reports(kind: str) -> None:
    world = World(posted=kind)
    world.owe(1, "2025")
    world.report(world.owe(1, "2025-Q1"), by_month=posts(m01=1, m02=1, m03=2))
    world.report(world.owe(1, "2025-04"), {"posted": 1})
    world.report(world.owe(1, "2025-08"), {"posted": 0}, at=JUNE - 1)

    assert said(world.ask(POSTED, t=JUNE)) == ("on_track", None)
    assert said(world.ask(POSTED, t=instant(date(2025, 8, 15)))) == ("at_risk", None)


def test_nil_report_is_a_month_without_anything() -> None:
    world = World(posted="flow")
    world.report(world.owe(1, "2025"), nil=True)

    assert world.ask(POSTED).value == Value(0, 1)
    assert said(world.ask(POSTED)) == ("not_met", None)


def test_frequency_without_a_number_is_not_judged() -> None:
    world = World(posted="flow")
    world.report(world.owe(1, "2025"), by_month=FULL_YEAR)

    assert said(world.ask(Indicator(Frequency("posted", None)))) == ("not_judged", "no_threshold")


DONE_BY_MARCH = Indicator(Milestone("issued", date(2025, 3, 31)))
APRIL = instant(date(2025, 4, 1))


@pytest.mark.parametrize(("at", "verdict"), [(APRIL - 1, "met"), (APRIL, "at_risk")])
def test_milestone_is_met_by_a_report_received_by_its_day(at: int, verdict: str) -> None:
    world = World(issued="flow")
    world.owe(1, "2025")
    world.report(world.owe(1, "2025-Q1"), {"issued": 1}, at=at)

    assert said(world.ask(DONE_BY_MARCH, t=APRIL)) == (verdict, None)


def test_milestone_is_missed_once_the_report_is_in_and_the_day_is_over() -> None:
    world = World(issued="flow")
    world.report(world.owe(1, "2025"), {"issued": 0}, at=APRIL - 2)

    assert said(world.ask(DONE_BY_MARCH, t=APRIL - 1)) == ("at_risk", None)
    assert said(world.ask(DONE_BY_MARCH, t=APRIL)) == ("not_met", None)


def test_milestone_is_not_shown_by_the_report_of_another_year() -> None:
    world = World(issued="flow")
    world.owe(1, "2025")
    world.report(world.owe(1, "2024"), {"issued": 1})

    assert said(world.ask(DONE_BY_MARCH)) == ("no_data", None)


def test_milestone_of_which_nobody_reported_has_no_data() -> None:
    world = World(issued="flow")
    world.owe(1, "2025")

    assert said(world.ask(DONE_BY_MARCH)) == ("no_data", None)


def meeting(*conditions: Condition, units: frozenset[int], percent: int = 50) -> Indicator:
    return Indicator(UnitsMeeting(conditions, units, Target(at_least=percent)))


INTEGRATED = Condition("programmes", at_least=2)
HAS_PLAN = Condition(None)


def test_units_meeting_counts_the_units_of_its_population() -> None:
    world = World(programmes="flow")
    for unit, programmes in enumerate((2, 1, 5, 9)):
        world.report(world.owe(unit, "2025"), {"programmes": programmes})

    found = world.ask(meeting(INTEGRATED, units=frozenset({0, 1, 2})))

    assert found.value == Value(2, 3)
    assert said(found) == ("met", None)


@pytest.mark.parametrize(("t", "verdict"), [(YEAR_END - 1, "on_track"), (YEAR_END, "incomplete")])
def test_unit_of_the_population_that_nobody_asks_for_a_report_is_missing(t: int, verdict: str) -> None:
    world = World(programmes="flow")
    world.report(world.owe(0, "2025"), {"programmes": 2}, at=JUNE)

    found = world.ask(meeting(INTEGRATED, units=frozenset({0, 7})), t=t)

    assert found.missing == (7,)
    assert said(found) == (verdict, None)


@pytest.mark.parametrize(
    ("t", "plans", "verdict"),
    [(JUNE, {0}, "at_risk"), (YEAR_END, {0}, "not_met"), (JUNE, {0, 1}, "met"), (YEAR_END, {0, 1}, "met")],
)
def test_plan_of_its_own_may_be_issued_until_the_period_ends(t: int, plans: set[int], verdict: str) -> None:
    world = World(programmes="flow")
    for unit in (0, 1):
        world.report(world.owe(unit, "2025"), {"programmes": 2}, at=JUNE)
    indicator = meeting(HAS_PLAN, INTEGRATED, units=frozenset({0, 1}), percent=100)

    assert said(world.ask(indicator, t=t, plans_issued=frozenset(plans))) == (verdict, None)


def test_share_of_units_with_a_plan_needs_no_report() -> None:
    indicator = meeting(HAS_PLAN, units=frozenset({0, 1}), percent=100)

    found = World().ask(indicator, t=JUNE, plans_issued=frozenset({1}))

    assert found.value == Value(1, 2)
    assert said(found) == ("at_risk", None)
    assert said(World().ask(indicator, t=YEAR_END, plans_issued=frozenset({1}))) == ("not_met", None)


def test_population_without_a_unit_below_is_empty() -> None:
    assert said(World().ask(meeting(HAS_PLAN, units=frozenset()))) == ("not_judged", "empty_population")


@pytest.mark.parametrize(
    ("judged_met", "expected"),
    [(None, ("not_judged", "awaiting_receiver")), (True, ("met", None)), (False, ("not_met", None))],
)
def test_narrative_is_what_the_receiver_found(judged_met: bool | None, expected: tuple[str, str | None]) -> None:
    assert said(World().ask(Indicator(Narrative()), judged_met=judged_met)) == expected


def test_tips_of_the_service_and_of_the_units_own_books_add_up() -> None:
    world = World(in_time="flow", settled="flow")
    world.report(world.owe(1, "2025"), {"in_time": 4, "settled": 4})
    tips = TipsFigures(handled_in_time=10, handled_late=0, running_in_time=5, running_late=1)

    found = world.ask(TIPS, tips=tips)

    assert found.own_books == Value(4, 4)
    assert found.value == Value(14, 15)
    assert said(found) == ("not_met", None)


def test_own_books_without_the_tips_service_are_shown_but_not_judged() -> None:
    world = World(in_time="flow", settled="flow")
    world.report(world.owe(1, "2025"), {"in_time": 4, "settled": 4})

    found = world.ask(TIPS)

    assert found.own_books == Value(4, 4)
    assert said(found) == ("no_data", None)


@pytest.mark.parametrize(("t", "verdict"), [(JUNE, "on_track"), (YEAR_END, "met")])
def test_tips_are_not_final_before_the_period_ends(t: int, verdict: str) -> None:
    world = World(in_time="flow", settled="flow")

    assert said(world.ask(TIPS, t=t, tips=TipsFigures(10, 0, 5, 0))) == (verdict, None)


@pytest.mark.parametrize("measure", [INFORMED.measure, Count(("informed",), Target(at_least=1))])
def test_referrals_are_never_summed_from_reports(measure: Measure) -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"informed": 8, "workers": 10})

    assert said(world.ask(Indicator(measure, source=Source.REFERRALS))) == ("no_data", None)


def test_target_without_a_number_cannot_be() -> None:
    with pytest.raises(ValueError, match="no target"):
        Target()
