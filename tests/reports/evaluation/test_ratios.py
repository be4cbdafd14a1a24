"""Indicators in kernels against both evaluators: every place of a random tree, every period, every kind of measure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.reports.evaluation.compliance import Layout
from services.reports.evaluation.evidence import Basis
from services.reports.evaluation.indicator import Answer
from services.reports.evaluation.measures import Count, Growth, Indicator, Ratio, Target
from services.reports.evaluation.ratios import Outcome
from services.reports.evaluation.slots import periods_of_year
from services.reports.evaluation.tally import NOWHERE
from tests.reports.evaluation.drawn import a_world, kinds, late, worlds
from tests.reports.evaluation.histories import EXAMPLES, FOREVER, histories, instants
from tests.reports.evaluation.in_kernels import YEAR, InKernels, units_below
from tests.reports.reference import Reference, Row

PERIODS = [period.key for period in periods_of_year(YEAR)]
TREES = ([NOWHERE, 0, 1, 0], [NOWHERE, 0, 0, 0], [NOWHERE, 0, 1, 2], [NOWHERE, 0, NOWHERE], [NOWHERE])


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Draw a tree, and where three units stand in it: several at one place, at inner ones, and nowhere at all."""
    parents = draw(st.sampled_from(TREES))
    places = st.sampled_from([*range(len(parents)), len(parents) - 1, NOWHERE])
    return Layout.of(parents, [draw(places) for _ in range(3)])


@st.composite
def targets(draw: st.DrawFn) -> Target | None:
    """Draw a threshold, on which shares of small figures fall exactly, or none."""
    low, high = (draw(st.sampled_from((0, 50, 100, 200))) for _ in range(2))
    return draw(st.sampled_from((Target(low), Target(low), Target(None, high), Target(low, high), None)))


baselines = st.sampled_from((None, 0, 1, 2, 3))


@st.composite
def indicators(draw: st.DrawFn) -> list[Indicator]:
    """Draw the indicators of a plan: some turned upside down, with the same element on both sides, or without one."""
    measure = st.one_of(
        st.builds(Ratio, st.just(("n",)), st.just(("d",)), targets()),
        st.builds(Ratio, st.just(("d",)), st.sampled_from([("n",), ("d",), ()]), targets()),
        st.builds(Count, st.sampled_from([("n",), ("d",)]), st.builds(Target, st.integers(0, 6)) | st.none()),
        st.builds(
            Growth, st.just(("n",)), st.sampled_from((None, 0, 1, 2, 3)), targets(), st.booleans(), st.booleans()
        ),
    )
    drawn = draw(st.lists(st.builds(Indicator, measure, if_any=st.booleans()), min_size=1, max_size=2))
    return [ratio(draw(st.sampled_from((0, 50, 100))), if_any=draw(st.booleans())), *drawn]


def ratio(at_least: int = 50, *, if_any: bool = False) -> Indicator:
    return Indicator(Ratio(("n",), ("d",), Target(at_least=at_least)), if_any=if_any)


def by_columns(found: Answer) -> Outcome:
    """Return what the evaluator that goes from report to report says."""
    return Outcome(
        value=found.value,
        expected=found.expected,
        counted=found.counted,
        is_provisional=found.is_provisional,
        all_due_passed=all(part.due_passed for part in found.contributions if part.expected),
        verdict=found.verdict,
        reason=found.reason,
    )


bases = st.sampled_from(Basis)
known = st.just(FOREVER) | st.just(FOREVER) | instants


@EXAMPLES
@given(worlds(), kinds, layouts(), indicators(), bases, late, known)
def test_kernels_and_both_evaluators_agree_everywhere(
    drawn: list[Row],
    kinds: dict[str, str],
    layout: Layout,
    plan: list[Indicator],
    basis: Basis,
    t: int,
    known_at: int,
) -> None:
    world, reference = a_world(drawn, kinds), Reference(drawn, kinds, t, known_at, basis.value)
    ratios = InKernels(world, plan, layout, t=t, known_at=known_at, basis=basis).ratios
    first = plan[0].measure
    assert isinstance(first, Ratio)
    assert first.target is not None

    for place in range(len(layout.parent)):
        units = units_below(place, layout)
        for slot, period in enumerate(PERIODS):
            for promise, indicator in enumerate(plan):
                asked = world.ask(indicator, period=period, t=t, known_at=known_at, basis=basis, units=units)
                assert ratios.at(place, promise, slot) == by_columns(asked), (place, period, indicator)
            found, low = ratios.at(place, 0, slot), first.target.at_least or 0
            expected = reference.ratio(units, period, n="n", d="d", at_least=low, if_any=plan[0].if_any)
            shown = (found.value.n, found.value.d, found.expected, found.counted, found.verdict, found.reason)
            assert shown == expected, (place, period)


@EXAMPLES
@given(st.data(), worlds(), kinds, layouts(), indicators(), bases, late)
def test_a_change_entered_is_as_if_all_were_evaluated_anew(
    data: st.DataObject,
    drawn: list[Row],
    kinds: dict[str, str],
    layout: Layout,
    plan: list[Indicator],
    basis: Basis,
    t: int,
) -> None:
    world = a_world(drawn, kinds)
    kept = InKernels(world, plan, layout, t=t, basis=basis)
    changed = data.draw(st.lists(st.integers(0, len(drawn) - 1), min_size=1, max_size=3))

    for number in changed:
        last = max(world.histories[number], key=lambda one: (one.recorded_at, one.revision))
        world.record(number, data.draw(histories(after=last)))
        kept.enter([drawn[number].unit])

    assert_same(kept, InKernels(world, plan, layout, t=t, basis=basis))


def assert_same(one: InKernels, other: InKernels) -> None:
    for name in ("figures", "masks"):
        np.testing.assert_array_equal(getattr(one.ratios.lines, name), getattr(other.ratios.lines, name))
    np.testing.assert_array_equal(one.ratios.sums, other.ratios.sums)
    np.testing.assert_array_equal(one.ratios.rulings, other.ratios.rulings)


@EXAMPLES
@given(worlds(), kinds, layouts(), bases, late, late)
def test_another_instant_is_evaluated_in_the_same_arrays(
    drawn: list[Row], kinds: dict[str, str], layout: Layout, basis: Basis, before: int, after: int
) -> None:
    world = a_world(drawn, kinds)
    kept = InKernels(world, [ratio()], layout, t=before, basis=basis)

    kept.t = after
    kept.ratios.write(kept.changes(range(3)))
    kept.ratios.evaluate(kept.view())

    assert_same(kept, InKernels(world, [ratio()], layout, t=after, basis=basis))


@EXAMPLES
@given(worlds(), kinds, layouts(), indicators(), bases, instants, instants)
def test_hours_that_pass_are_as_if_all_were_evaluated_anew(
    drawn: list[Row],
    kinds: dict[str, str],
    layout: Layout,
    plan: list[Indicator],
    basis: Basis,
    one: int,
    other: int,
) -> None:
    before, after = sorted((one, other))
    world = a_world(drawn, kinds)
    kept, anew = (InKernels(world, plan, layout, t=before, basis=basis) for _ in range(2))
    later = replace(kept.view(), t=after)

    kept.ratios.advance(later)
    anew.ratios.evaluate(later)

    assert_same(kept, anew)


@EXAMPLES
@given(worlds(), bases, late)
def test_distinct_figures_are_always_those_of_one_report(drawn: list[Row], basis: Basis, t: int) -> None:
    world = a_world(drawn, {"n": "distinct", "d": "distinct"})
    ratios = InKernels(world, [ratio()], Layout.of([NOWHERE] * 3), t=t, basis=basis).ratios

    for unit in range(3):
        sheets = [figures for row in drawn if row.unit == unit for figures, _ in row.sheets.values()]
        for slot in range(len(PERIODS)):
            for side in ("n", "d"):
                said = {figures[side] for figures in sheets if side in figures}
                # A nil report says 0.
                assert getattr(ratios.at(unit, 0, slot).value, side) in said | {0, None}


@EXAMPLES
@given(worlds(), kinds, bases, late)
def test_unknown_stays_unknown_whoever_reports_besides(
    drawn: list[Row], kinds: dict[str, str], basis: Basis, t: int
) -> None:
    silent = [Row(**{**vars(row), "sheets": dict.fromkeys(row.sheets, ({"n": 1}, False))}) for row in drawn]
    ratios = InKernels(a_world(silent, kinds), [ratio()], Layout.of([NOWHERE, 0, 0]), t=t, basis=basis).ratios

    for slot in range(len(PERIODS)):
        found = ratios.at(0, 0, slot)
        assert found.value.d is None
        assert found.verdict == "no_data"
