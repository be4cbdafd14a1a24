"""What kernels say of sums where everything hangs on a single unit, and where random figures seldom meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.evaluation import lines as lines_module
from services.reports.evaluation.compliance import Layout
from services.reports.evaluation.evidence import Form
from services.reports.evaluation.figures import Element, ElementKind
from services.reports.evaluation.indicator import Value
from services.reports.evaluation.lines import LARGEST_FIGURE, FigureTooLarge, TooManyLines
from services.reports.evaluation.measures import Count, Growth, Indicator, Milestone, Ratio, Target
from services.reports.evaluation.ruling import Ruling
from services.reports.evaluation.said import Promise, Sides, fits, sides_of
from services.reports.evaluation.slots import ALTERNATIVES, NO_SLOT, SLOTS, WHOLES, periods_of_year, slot_of
from services.reports.evaluation.tally import NOWHERE
from services.reports.evaluation.thresholds import Thresholds, ThresholdTooLarge, surplus
from services.reports.evaluation.verdict import Reason, Verdict
from tests.reports.evaluation.histories import EXAMPLES, instant
from tests.reports.evaluation.in_kernels import InKernels
from tests.reports.evaluation.worlds import World

JUNE = instant(date(2025, 6, 20))
COMMUNES = Layout.of([NOWHERE, 0, 0])
"""A province at place 0; communes at places 1 and 2."""
UNITS_OF_COMMUNES = Layout.of([NOWHERE, 0, 0], [1, 2])
SLOT = {period.key: slot for slot, period in enumerate(periods_of_year(2025))}
YEAR, HALF, Q2 = SLOT["2025"], SLOT["2025-H1"], SLOT["2025-Q2"]


def share(low: int | None = None, high: int | None = None, *, if_any: bool = False) -> Indicator:
    return Indicator(Ratio(("n",), ("d",), Target(low, high)), if_any=if_any)


def two_communes(*figures: tuple[int, int]) -> World:
    world = World(n="flow", d="flow")
    for unit, (n, d) in enumerate(figures):
        world.report(world.owe(unit, "2025"), {"n": n, "d": d})
    return world


def verdicts(world: World, indicator: Indicator) -> list[str]:
    """Return what is said of the province and of each commune."""
    ratios = InKernels(world, [indicator], UNITS_OF_COMMUNES).ratios
    return [ratios.at(place, 0, YEAR).verdict.value for place in range(3)]


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([(350_000, 500_000), (350_000, 500_000)], ["met", "met", "met"]),
        ([(349_999, 500_000), (350_001, 500_000)], ["met", "not_met", "met"]),
        ([(349_999, 500_000), (350_000, 500_000)], ["not_met", "not_met", "met"]),
        ([(0, 5), (7, 5)], ["met", "not_met", "met"]),
    ],
)
def test_share_that_falls_on_the_threshold_reaches_it_to_the_last_one(
    figures: list[tuple[int, int]], expected: list[str]
) -> None:
    assert verdicts(two_communes(*figures), share(70)) == expected


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([(300_000, 1_000_000), (300_000, 1_000_000)], ["met", "met", "met"]),
        ([(300_001, 1_000_000), (299_999, 1_000_000)], ["met", "not_met", "met"]),
        ([(300_001, 1_000_000), (300_000, 1_000_000)], ["not_met", "not_met", "met"]),
    ],
)
def test_share_that_falls_on_the_upper_threshold_keeps_it(figures: list[tuple[int, int]], expected: list[str]) -> None:
    assert verdicts(two_communes(*figures), share(high=30)) == expected


@pytest.mark.parametrize(("less", "expected"), [(0, "met"), (1, "not_met")])
def test_figures_that_do_not_fit_in_32_bits_are_compared_as_exactly(less: int, expected: str) -> None:
    world = two_communes((LARGEST_FIGURE // 10 * 7 - less, LARGEST_FIGURE // 10 * 10), (7, 10))

    assert verdicts(world, share(70)) == [expected, expected, "met"]


@pytest.mark.parametrize(("less", "expected"), [(0, "met"), (1, "not_met")])
@pytest.mark.parametrize(
    "measure", [Count(("n",), Target(LARGEST_FIGURE)), Growth(("n",), LARGEST_FIGURE // 8, Target(at_least=700))]
)
def test_number_and_growth_are_compared_as_exactly(measure: Count | Growth, less: int, expected: str) -> None:
    world = two_communes((LARGEST_FIGURE - less, 0))

    assert InKernels(world, [Indicator(measure)], COMMUNES).ratios.at(0, 0, YEAR).verdict == expected


@EXAMPLES
@given(st.integers(0, 2**62), st.integers(0, 2**62), st.integers(-(2**30), 2**30 + 100), st.integers(-2, 2))
def test_comparison_is_exact_wherever_the_product_lies(n: int, d: int, percent: int, off: int) -> None:
    # Mostly a pair that nearly falls on the threshold.
    n = n if not 0 <= percent * d // 100 + off < 2**62 else percent * d // 100 + off

    found = surplus(n, d, percent)
    assert (found > 0) - (found < 0) == (100 * n > percent * d) - (100 * n < percent * d)


def test_figure_beyond_all_bounds_is_refused_and_changes_nothing() -> None:
    world = two_communes((7, 10), (7, 10))
    kept = InKernels(world, [share(70)], UNITS_OF_COMMUNES)
    world.report(0, {"n": LARGEST_FIGURE + 1, "d": 10}, version=2)

    with pytest.raises(FigureTooLarge):
        kept.enter([0])
    assert kept.ratios.at(0, 0, YEAR).value == Value(14, 20)


def test_figure_that_needs_more_room_is_entered_into_wider_arrays() -> None:
    world = two_communes((7, 10), (7, 10))
    kept = InKernels(world, [share(70)], UNITS_OF_COMMUNES)
    world.report(0, {"n": 2**31, "d": 10}, version=2)

    kept.enter([0])

    assert kept.ratios.at(0, 0, YEAR).value == Value(2**31 + 7, 20)


def test_more_lines_than_sums_have_room_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "MOST_LINES", 1)

    with pytest.raises(TooManyLines):
        InKernels(two_communes((7, 10), (7, 10)), [share(70)], UNITS_OF_COMMUNES)


def test_bodies_of_a_commune_that_count_parts_of_a_share_complete_each_other() -> None:
    world = World(n="flow", d="stock")
    world.report(world.owe(0, "2025", elements=["n"]), {"n": 8})
    world.report(world.owe(1, "2025", elements=["d"]), {"d": 10})

    found = InKernels(world, [share(80)], Layout.of([NOWHERE, 0, 0], [1, 1])).ratios.at(1, 0, YEAR)

    assert (found.value, found.expected, found.counted, found.verdict) == (Value(8, 10), 2, 2, "met")


def test_unit_that_two_places_share_counts_once_above() -> None:
    found = InKernels(two_communes((7, 10), (1, 10)), [share(40)], UNITS_OF_COMMUNES).ratios

    assert found.at(0, 0, YEAR).value == Value(8, 20)
    assert found.at(0, 0, YEAR).expected == 2


@pytest.mark.parametrize(("kind", "so_far"), [("flow", 9), ("stock", 5), ("cumulative", 5), ("distinct", None)])
def test_quarters_stand_for_the_half_year_by_the_kind_of_their_figures(kind: str, so_far: int | None) -> None:
    world = World(n=kind, d=kind)
    world.owe(0, "2025-H1")
    world.report(world.owe(0, "2025-Q1"), {"n": 4, "d": 4})
    world.report(world.owe(0, "2025-Q2"), {"n": 5, "d": 5})

    found = InKernels(world, [share(80)], COMMUNES, t=JUNE).ratios.at(0, 0, HALF)

    assert found.value == Value(so_far, so_far)
    assert found.is_provisional is (so_far is not None)


def test_correction_of_a_stock_changes_what_a_later_nil_report_means() -> None:
    world = World(n="stock", d="stock")
    first = world.report(world.owe(0, "2025-Q1"), {"n": 4, "d": 5})
    world.report(world.owe(0, "2025-Q2"), nil=True)
    kept = InKernels(world, [share(80)], COMMUNES)
    assert kept.ratios.at(0, 0, Q2).value == Value(4, 5)

    world.report(first, {"n": 3, "d": 6}, version=2)
    kept.enter([0])

    assert kept.ratios.at(0, 0, Q2).value == Value(3, 6)


def test_each_unit_is_judged_by_the_thresholds_that_hold_for_it() -> None:
    plans = {2: [share(60)], 1: [share(70, if_any=True)]}
    ratios = InKernels(two_communes((7, 10), (7, 10)), [share(71)], UNITS_OF_COMMUNES, sets=plans).ratios

    assert [ratios.at(place, 0, YEAR).verdict for place in range(3)] == ["not_met", "met", "met"]


def test_years_lie_side_by_side() -> None:
    world = World(n="flow", d="flow")
    world.report(world.owe(0, "2024"), {"n": 1, "d": 10}, at=JUNE)
    world.report(world.owe(0, "2025"), {"n": 8, "d": 10}, at=JUNE)
    world.report(world.owe(0, "2024-2025"), {"n": 9, "d": 20}, at=JUNE)

    ratios = InKernels(world, [share(80), share(10)], COMMUNES, years=(2024, 2025)).ratios

    assert [ratios.at(0, promise, YEAR).value.n for promise in range(4)] == [1, 1, 8, 8]
    assert [ratios.at(0, promise, YEAR).verdict.value for promise in range(4)] == ["not_met", "met", "met", "met"]


def last_one_first(parts: Sequence[Callable[[], None]]) -> None:
    for part in reversed(parts):
        part()


def test_parts_may_be_done_in_any_order() -> None:
    kept = InKernels(two_communes((7, 10), (1, 10)), [share(low) for low in range(38, 42)], UNITS_OF_COMMUNES)
    done = kept.ratios.sums.copy(), kept.ratios.rulings.copy()

    kept.ratios.evaluate(kept.view(), together=last_one_first)

    np.testing.assert_array_equal(kept.ratios.sums, done[0])
    np.testing.assert_array_equal(kept.ratios.rulings, done[1])


def test_words_of_an_amended_plan_hold_only_for_the_periods_that_they_bind() -> None:
    world = World(n="flow", old="stock", new="stock")
    world.report(world.owe(0, "2025-H1"), {"n": 4, "old": 5, "new": 6})
    world.owe(0, "2025")
    indicator, year = Indicator(Ratio(("n",), ("old",), Target(80))), 1 << YEAR
    words = [
        Promise(0, 2025, Sides(("n",), ("old",)), bound=~year & (1 << SLOTS) - 1),
        Promise(0, 2025, Sides(("n",), ("new",)), bound=year),
    ]

    found = InKernels(world, [indicator], COMMUNES, words=words).ratios

    assert found.at(0, 0, HALF).value == Value(4, 5)
    assert found.at(0, 0, YEAR).value == Value(4, 6)


def test_only_what_is_judged_by_sums_has_sides() -> None:
    assert sides_of(Count(("n",), None)) == Sides(("n",))
    assert sides_of(Growth(("n",), 5, None)) == Sides(("n",))
    assert sides_of(Milestone("n", date(2025, 3, 31))) is None
    with pytest.raises(TypeError):
        Thresholds.of(1, np.zeros(1, np.int32)).put(0, 0, Indicator(Milestone("n", date(2025, 3, 31))))


@pytest.mark.parametrize(
    ("sides", "form", "expected"),
    [
        (Sides(("a", "b"), ("d",)), {"a", "b"}, True),
        (Sides(("a", "b"), ("d",)), {"d"}, True),
        (Sides(("a", "b"), ("d",)), {"a", "d"}, False),
        (Sides(("a", "s"), ("d",)), {"a", "s", "d"}, False),
        (Sides(("s", "c"), ()), {"s", "c"}, True),
    ],
)
def test_side_fits_that_is_asked_for_as_a_whole_and_adds_up_in_one_way(
    sides: Sides, form: set[str], expected: bool
) -> None:
    kinds = {"a": "flow", "b": "flow", "s": "stock", "c": "cumulative", "d": "stock"}
    elements = {code: Element(code, ElementKind(kind)) for code, kind in kinds.items()}

    assert fits(sides, elements, [Form(frozenset(form)), Form(frozenset())]) is expected


@pytest.mark.parametrize("measure", [Ratio(("n",), ("d",), Target(2**30 + 1)), Count(("n",), Target(2**55 + 1))])
def test_threshold_that_cannot_be_compared_exactly_is_refused(measure: Ratio | Count) -> None:
    with pytest.raises(ThresholdTooLarge):
        Thresholds.of(1, np.zeros(1, np.int32)).put(0, 0, Indicator(measure))


def test_every_verdict_and_reason_has_a_number_of_its_own() -> None:
    said = [(verdict, None) for verdict in Verdict if verdict is not Verdict.NOT_JUDGED]
    said += [(Verdict.NOT_JUDGED, reason) for reason in Reason]  # type: ignore[misc]

    assert sorted(Ruling.of(*words) for words in said) == sorted(Ruling)
    assert [Ruling.of(*words).words for words in said] == said


def test_whatever_stands_for_a_period_lies_before_it() -> None:
    for whole, alternatives in enumerate(ALTERNATIVES.tolist()):
        assert all(slot < WHOLES + whole for choice in alternatives for slot in choice)
    assert slot_of(periods_of_year(2025)[-1]) == YEAR
    assert NO_SLOT not in SLOT.values()
