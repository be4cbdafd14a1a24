"""Who is expected, who counts and who has still time, as kernels see it: instants and excuses one by one."""

from __future__ import annotations

import pytest

from services.reports.evaluation.compliance import Layout
from services.reports.evaluation.indicator import Value
from services.reports.evaluation.measures import Indicator, Ratio, Target
from services.reports.evaluation.ratios import Outcome
from services.reports.evaluation.slots import periods_of_year
from services.reports.evaluation.tally import NOWHERE
from tests.reports.evaluation.histories import FOREVER
from tests.reports.evaluation.in_kernels import InKernels
from tests.reports.evaluation.worlds import YEAR_END, World

SLOT = {period.key: slot for slot, period in enumerate(periods_of_year(2025))}
INFORMED = Indicator(Ratio(("n",), ("d",), Target(at_least=80)))


def a_world() -> World:
    """Return one in which unit 0 has reported of the year."""
    world = World(n="flow", d="flow")
    world.report(world.owe(0, "2025"), {"n": 7, "d": 10})
    return world


def of_all(world: World, t: int = FOREVER, period: str = "2025") -> Outcome:
    return InKernels(world, [INFORMED], Layout.of([NOWHERE, 0, 0]), t=t).ratios.at(0, 0, SLOT[period])


@pytest.mark.parametrize(("t", "verdict"), [(YEAR_END - 1, "at_risk"), (YEAR_END, "incomplete")])
def test_missing_report_has_time_until_the_due_instant_itself(t: int, verdict: str) -> None:
    world = a_world()
    world.owe(1, "2025")

    found = of_all(world, t)

    assert (found.expected, found.counted, found.verdict) == (2, 1, verdict)


@pytest.mark.parametrize(("t", "expected"), [(YEAR_END - 1, 1), (YEAR_END, 2)])
def test_undated_report_is_awaited_from_the_periods_end(t: int, expected: int) -> None:
    world = a_world()
    world.owe(1, "2025", due="undated")

    assert of_all(world, t).expected == expected


def test_excused_unit_leaves_the_coverage_unless_it_reports() -> None:
    world = a_world()
    excused = world.excuse(world.owe(1, "2025"))
    assert (of_all(world).expected, of_all(world).verdict) == (1, "not_met")

    world.report(excused, {"n": 10, "d": 10})

    assert (of_all(world).expected, of_all(world).value) == (2, Value(17, 20))


def test_report_that_is_in_only_in_part_is_not_stood_for_by_shorter_ones() -> None:
    world = a_world()
    world.report(world.owe(1, "2025"), {"n": 9})
    world.report(world.owe(1, "2025-9M"), {"n": 9, "d": 9})

    found = of_all(world)

    assert (found.value, found.is_provisional, found.verdict) == (Value(7, 10), False, "incomplete")


def test_nine_months_that_are_in_only_in_part_silence_the_half_year() -> None:
    world = a_world()
    world.owe(1, "2025")
    world.report(world.owe(1, "2025-9M"), {"n": 9})
    world.report(world.owe(1, "2025-H1"), {"n": 9, "d": 9})

    assert of_all(world).value == Value(7, 10)
    assert of_all(world, period="2025-H1").value == Value(9, 9)


def test_nobody_waits_for_a_report_that_is_only_requested() -> None:
    world = a_world()
    world.owe(1, "2025", requested=True)
    world.report(world.owe(1, "2025-H1"), {"n": 9, "d": 9})

    assert (of_all(world).value, of_all(world).expected) == (Value(7, 10), 1)
