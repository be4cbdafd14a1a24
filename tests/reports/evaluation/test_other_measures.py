"""Growth, counts, narratives, and figures that come from elsewhere than reports."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from services.reports.evaluation.indicator import Value
from services.reports.evaluation.measures import (
    Count,
    Frequency,
    Growth,
    Indicator,
    Measure,
    Narrative,
    Ratio,
    Source,
    Target,
    elements_of,
)
from services.reports.evaluation.releases import Release, find_release
from services.reports.evaluation.tips import TipsFigures
from tests.reports.evaluation.histories import instant
from tests.reports.evaluation.worlds import YEAR_END, World, said

TIPS = Indicator(Ratio(("in_time",), ("settled",), Target(at_least=100)), source=Source.TIPS)
JUNE = instant(date(2025, 6, 20))


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


@pytest.mark.parametrize(
    "measure", [Ratio(("informed",), ("workers",), Target(at_least=70)), Count(("informed",), Target(at_least=1))]
)
def test_referrals_are_never_summed_from_reports(measure: Measure) -> None:
    world = World(informed="flow", workers="stock")
    world.report(world.owe(1, "2025"), {"informed": 8, "workers": 10})

    assert said(world.ask(Indicator(measure, source=Source.REFERRALS))) == ("no_data", None)


def a_release(**figures: int) -> Release:
    """Return statistics on whom was informed, of all workers; without figures they are suppressed."""
    return Release(UUID(int=1), frozenset({"informed", "workers"}), figures, not figures, 1, 1)


INFORMED = Ratio(("informed",), ("workers",), Target(at_least=70))


@pytest.mark.parametrize(
    ("measure", "value", "expected"),
    [
        (INFORMED, Value(8, 10), ("met", None)),
        (Count(("informed",), Target(at_least=9)), Value(8, 1), ("not_met", None)),
        (Growth(("informed",), 4, Target(at_least=100)), Value(8, 4), ("met", None)),
        (Growth(("informed",), None, Target(at_least=100)), Value(8, None), ("not_judged", "baseline_unknown")),
        # Units and months cannot be told apart in a total.
        (Frequency("informed", Target(at_least=1)), Value(), ("no_data", None)),
    ],
)
def test_what_was_released_is_judged_by_each_measure_that_a_total_can_tell(
    measure: Measure, value: Value, expected: tuple[str, str | None]
) -> None:
    found = World().ask(Indicator(measure, Source.REFERRALS), release=a_release(informed=8, workers=10))

    assert (found.value, said(found)) == (value, expected)


def test_a_release_that_lacks_a_figure_is_unknown() -> None:
    assert said(World().ask(Indicator(INFORMED, Source.REFERRALS), release=a_release(informed=8))) == ("no_data", None)


@pytest.mark.parametrize(
    "measure", [INFORMED, Count(("informed",), Target(at_least=1)), Growth(("informed",), 4, None)]
)
def test_what_is_suppressed_has_no_figure_at_all(measure: Measure) -> None:
    found = World().ask(Indicator(measure, Source.REFERRALS), release=a_release())

    assert found.value == Value()


def test_what_is_built_of_no_figure_is_looked_up_nowhere() -> None:
    assert find_release([a_release(informed=8)], elements_of(Narrative()), YEAR_END, YEAR_END) is None


def test_target_without_a_number_cannot_be() -> None:
    with pytest.raises(ValueError, match="no target"):
        Target()
