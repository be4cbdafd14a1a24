"""Counts of statuses over a tree: every unit is the sum of itself and its children."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.shares import Share
from services.reports.evaluation.book import Book
from services.reports.evaluation.compliance import COUNTED, Counts, Cube, Layout, UnevenLayout, parts_of
from services.reports.evaluation.history import Fact, FactKind
from services.reports.evaluation.status import Status
from services.reports.evaluation.tally import NOWHERE
from tests.reports.evaluation.books import enter
from tests.reports.evaluation.histories import DAY, EXAMPLES, fact, instant

PERIODS = 3


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


T = instant(date(2025, 6, 15))
REMINDER = 100
OPENED = {status: fact(FactKind.OPENED, 100, due_at=T) for status in Status} | {
    Status.ABSENT: fact(FactKind.OPENED, T + 1, due_at=T),
    Status.UNDATED: fact(FactKind.OPENED, 100),
    Status.DUE_SOON: fact(FactKind.OPENED, 100, due_at=T + REMINDER),
    Status.NOT_DUE: fact(FactKind.OPENED, 100, due_at=T + REMINDER + 1),
}
IN_TIME, TOO_LATE = (fact(FactKind.SUBMITTED, at, version=1, revision=2) for at in (T - 1, T))
RETURN = fact(FactKind.RETURNED, T, version=1, correction_due_at=T + DAY, revision=3)
HISTORIES: dict[Status, Sequence[Fact]] = {status: (OPENED[status],) for status in Status} | {
    Status.EXCUSED: (OPENED[Status.EXCUSED], fact(FactKind.EXCUSED, 200, revision=2)),
    Status.ON_TIME: (OPENED[Status.ON_TIME], IN_TIME),
    Status.LATE: (OPENED[Status.LATE], TOO_LATE),
    Status.RETURNED: (OPENED[Status.RETURNED], IN_TIME, RETURN),
}
"""What leads to each status at `T`, each at the very instant from which it holds, or the last at which it does."""


def tallied(layout: Layout, rows: Rows, wanted: Sequence[bool] | None = None) -> tuple[list[Status], Cube]:
    """Tally obligations that stand so, each of a series of its own; all are wanted if nothing is said."""
    book, duties = Book(), []
    for unit, slot, status in rows:
        told, requested = HISTORIES[Status(status)], status is Status.REQUESTED
        duties.append(enter(book, told, unit=unit, slot=slot, reminder=REMINDER, requested=requested))
    asked = np.ones(len(rows), np.bool_) if wanted is None else np.array(wanted, np.bool_)
    statuses, found = book.tally(T, T, layout, slots=PERIODS, wanted=asked)
    return [Status(statuses[book.columns.row(duty)]) for duty in duties], found


def a_cube(layout: Layout, rows: Rows, wanted: Sequence[bool] | None = None) -> Cube:
    return tallied(layout, rows, wanted)[1]


def plus(*counts: Counts) -> Counts:
    return Counts(**{status.label: sum(getattr(one, status.label) for one in counts) for status in COUNTED})


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


@EXAMPLES
@given(st.lists(st.tuples(st.integers(-1, 8), st.integers(0, 60_000)), min_size=1, max_size=30))
def test_parts_hold_each_counted_unit_once_and_share_no_place(units: list[tuple[int, int]]) -> None:
    place, sizes = (np.array(column) for column in zip(*units, strict=True))
    layout = Layout(np.full(9, NOWHERE, np.int32), place.astype(np.int32))

    parts = parts_of(layout, np.concatenate([[0], np.cumsum(sizes)]))

    expected = [unit for unit, (at, size) in enumerate(units) if at != NOWHERE and size]
    assert sorted(unit for part in parts for unit in part.tolist()) == expected
    places = [set(place[part].tolist()) for part in parts]
    assert sum(map(len, places)) == len(set().union(*places))
