"""Counts of statuses over a tree: every unit is the sum of itself and its children."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.shares import Share
from services.reports.evaluation.columns import Columns, Duty
from services.reports.evaluation.compliance import COUNTED, NOWHERE, Arranged, Counts, Cube, Layout, UnevenLayout, tally
from services.reports.evaluation.history import Standing
from services.reports.evaluation.status import Status
from tests.reports.evaluation.histories import EXAMPLES

PERIODS = 3
NOTHING: dict[str, Any] = {
    "exists": True,
    "due_at": 5000,
    "excused": False,
    "first_receipt_at": None,
    "correction_due_at": None,
    "live_version": None,
    "accepted_version": None,
    "last_occurred_at": 0,
    "last_recorded_at": 0,
}
"""An obligation of which nothing is known but that it is owed."""


@st.composite
def trees(draw: st.DrawFn) -> list[int]:
    """Draw the parents of up to twelve places in depth-first order; several roots are possible."""
    parents: list[int] = []
    path: list[int] = []
    for place in range(draw(st.integers(1, 12))):
        del path[draw(st.integers(0, len(path))) :]
        parents.append(path[-1] if path else NOWHERE)
        path.append(place)
    return parents


Rows = Sequence[tuple[int, int, int]]
"""Unit, period, status."""


@st.composite
def forests(draw: st.DrawFn) -> tuple[list[int], Rows]:
    parents = draw(trees())
    row = st.tuples(st.integers(0, len(parents) - 1), st.integers(0, PERIODS - 1), st.sampled_from(list(Status)))
    return parents, draw(st.lists(row, max_size=40))


T = 1000
REMINDER = 100
STANDINGS = {
    Status.ABSENT: Standing(**NOTHING | {"exists": False}),
    Status.EXCUSED: Standing(**NOTHING | {"excused": True}),
    Status.UNDATED: Standing(**NOTHING | {"due_at": None}),
    Status.REQUESTED: Standing(**NOTHING),
    Status.ON_TIME: Standing(**NOTHING | {"first_receipt_at": 899, "live_version": 1, "due_at": 900}),
    Status.LATE: Standing(**NOTHING | {"first_receipt_at": 900, "live_version": 1, "due_at": 900}),
    Status.RETURNED: Standing(**NOTHING | {"first_receipt_at": 800, "correction_due_at": T + 1, "due_at": 900}),
    Status.OVERDUE: Standing(**NOTHING | {"due_at": T}),
    Status.DUE_SOON: Standing(**NOTHING | {"due_at": T + REMINDER}),
    Status.NOT_DUE: Standing(**NOTHING | {"due_at": T + REMINDER + 1}),
}
"""One that has each status at `T`."""


def tallied(layout: Layout, rows: Rows, wanted: Sequence[bool] = (True,)) -> tuple[list[Status], Cube]:
    """Tally obligations that stand so; the rule of a row is its number, as far as there are rules."""
    columns = Columns()
    for number, (unit, period, status) in enumerate(rows):
        rule = min(number, len(wanted) - 1)
        duty = Duty(unit, period, rule, 0, reminder=REMINDER, requested=status is Status.REQUESTED)
        columns.add(duty, STANDINGS[Status(status)])
    arranged = Arranged.by_cell(columns.unit, columns.period, units=len(layout.place), periods=PERIODS)
    own = (columns.rule, columns.reminders, arranged)
    statuses, found = tally(columns.standings, *own, layout, T, rules=np.array(wanted, np.bool_))
    return [Status(status) for status in statuses.tolist()], found


def a_cube(layout: Layout, rows: Rows, wanted: Sequence[bool] = (True,)) -> Cube:
    return tallied(layout, rows, wanted)[1]


def plus(*counts: Counts) -> Counts:
    return Counts(**{status.label: sum(one.of(status) for one in counts) for status in COUNTED})


@EXAMPLES
@given(forests())
def test_counts_of_a_unit_are_its_own_and_those_of_its_children(forest: tuple[list[int], Rows]) -> None:
    parents, rows = forest
    found = a_cube(Layout.of(parents), rows)

    for place in range(len(parents)):
        own = [status for unit, _, status in rows if unit == place and status is not Status.ABSENT]
        own_counts = Counts(**{status.label: own.count(status) for status in COUNTED})
        children = [child for child, parent in enumerate(parents) if parent == place]
        assert found.counts(place) == plus(own_counts, *(found.counts(child) for child in children))


@EXAMPLES
@given(forests())
def test_each_row_has_its_own_status_and_rows_elsewhere_have_none(forest: tuple[list[int], Rows]) -> None:
    parents, rows = forest
    outside = 0
    place = [NOWHERE if unit == outside else unit for unit in range(len(parents))]

    statuses, _ = tallied(Layout.of(parents, place), rows)

    assert statuses == [Status.ABSENT if unit == outside else status for unit, _, status in rows]


@EXAMPLES
@given(forests())
def test_statuses_add_up_to_all_obligations_that_exist(forest: tuple[list[int], Rows]) -> None:
    parents, rows = forest
    found = a_cube(Layout.of(parents), rows)
    roots = [place for place, parent in enumerate(parents) if parent == NOWHERE]

    assert sum(found.counts(root).total for root in roots) == sum(status is not Status.ABSENT for *_, status in rows)


@EXAMPLES
@given(forests())
def test_periods_add_up_to_all_periods(forest: tuple[list[int], Rows]) -> None:
    parents, rows = forest
    found = a_cube(Layout.of(parents), rows)

    by_period = [found.counts(0, [period]) for period in range(PERIODS)]
    assert plus(*by_period) == found.counts(0) == found.counts(0, range(PERIODS))


def test_only_the_rules_of_one_plan_are_counted() -> None:
    rows = [(0, 0, Status.LATE), (1, 0, Status.OVERDUE), (1, 2, Status.OVERDUE)]

    found = a_cube(Layout.of([NOWHERE, 0]), rows, wanted=[True, True, False])

    assert found.counts(0) == Counts(late=1, overdue=1)


def test_dissolved_unit_counts_where_its_successor_stands_or_nowhere() -> None:
    rows = [(0, 0, Status.LATE), (1, 0, Status.OVERDUE), (2, 0, Status.ON_TIME)]
    parents = [NOWHERE, 0]

    assert a_cube(Layout.of(parents, [0, 1, 1]), rows).counts(1) == Counts(overdue=1, on_time=1)
    assert a_cube(Layout.of(parents, [0, 1, NOWHERE]), rows).counts(0) == Counts(late=1, overdue=1)


def test_rates_leave_out_what_is_not_expected_yet() -> None:
    counts = Counts(excused=9, undated=9, requested=9, on_time=6, late=1, returned=1, overdue=2, due_soon=9, not_due=9)

    assert counts.expected_so_far == 10
    assert counts.reporting_rate == Share(7, 10)
    assert counts.on_time_rate == Share(6, 10)
    assert counts.total == 55


def test_rate_of_nothing_expected_is_undefined() -> None:
    assert not Counts(not_due=3).reporting_rate.is_defined


@pytest.mark.parametrize("parents", [[1, NOWHERE], [NOWHERE, 0, 1, 0, 1], [0]])
def test_layout_that_is_not_depth_first_is_refused(parents: list[int]) -> None:
    with pytest.raises(UnevenLayout):
        Layout.of(parents)
