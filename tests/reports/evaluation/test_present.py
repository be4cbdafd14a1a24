"""What is moved along stands as if it were evaluated anew."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.reports.evaluation import present as module
from services.reports.evaluation.book import Book
from services.reports.evaluation.columns import Duty
from services.reports.evaluation.compliance import Layout
from services.reports.evaluation.history import Fact, FactKind
from services.reports.evaluation.present import Present
from services.reports.evaluation.status import Status
from services.reports.evaluation.tally import NOWHERE
from tests.reports.evaluation.books import enter, record
from tests.reports.evaluation.histories import DAY, EXAMPLES, FOREVER, fact, histories, instants

LAYOUT = Layout.of([NOWHERE, 0, 1, 1, 0])
Drawn = Sequence[tuple[int, bool, Sequence[Fact]]]
"""Reminder, whether only requested, history."""
obligations = st.lists(
    st.tuples(st.sampled_from((0, DAY, 31 * DAY)), st.booleans(), histories()), min_size=1, max_size=12
)


def a_book(drawn: Drawn) -> Book:
    book = Book()
    for number, (reminder, requested, facts) in enumerate(drawn):
        enter(book, facts, unit=number % 5, slot=number % 2, reminder=reminder, requested=requested)
    return book


def anew(book: Book, t: int) -> list[object]:
    every = np.ones(len(book.series), np.bool_)
    statuses, cube = book.tally(t, FOREVER, LAYOUT, slots=2, wanted=every)
    return [statuses.tolist(), cube.subtree[:, :, 1:].tolist()]


def shown(present: Present) -> list[object]:
    return [present.statuses.tolist(), present.cube.subtree[:, :, 1:].tolist()]


@EXAMPLES
@given(st.data(), obligations, st.lists(instants, min_size=2, max_size=6).map(sorted))
def test_it_moves_with_the_clock_and_with_every_change(data: st.DataObject, drawn: Drawn, hours: list[int]) -> None:
    book = a_book(drawn)
    present = Present(book, LAYOUT, hours[0], slots=2)
    entered = [list(facts) for *_, facts in drawn]
    # A book of a few rows would always be gone over as a whole.
    all_at_once = data.draw(st.sampled_from((0, 1_000)))

    for hour in hours[1:]:
        number = data.draw(st.integers(0, len(drawn) - 1))
        duty = Duty(number % 5, number % 2, number)
        entered[number] += data.draw(histories(after=entered[number][-1]))
        record(book, duty, entered[number], requested=drawn[number][1])
        present.changed(np.array([book.columns.row(duty)], np.int32))
        assert shown(present) == anew(book, present.t)

        with patch.object(module, "_ALL_AT_ONCE", all_at_once):
            present.advance(hour)
        assert shown(present) == anew(book, hour)


def test_each_hour_comes_to_the_microsecond_and_only_what_it_changes_is_looked_at() -> None:
    book = Book()
    for number in range(200):
        opened = fact(FactKind.OPENED, 100, due_at=DAY + number * 10)
        enter(book, [opened], unit=number % 5, slot=number % 2, reminder=1000, requested=False)
    present = Present(book, LAYOUT, 100, slots=2)

    def counted() -> tuple[int, int, int]:
        counts = present.cube.counts(0)
        return counts.not_due, counts.due_soon, counts.overdue

    seen = []
    for t in (DAY - 1001, DAY - 1000, DAY - 990, DAY - 1, DAY, DAY + 9, DAY + 10, DAY + 2000):
        present.advance(t)
        seen.append(counted())

    assert seen == [
        (200, 0, 0),
        (199, 1, 0),
        (198, 2, 0),
        (100, 100, 0),
        (99, 100, 1),
        (99, 100, 1),
        (98, 100, 2),
        (0, 0, 200),
    ]
    assert present.cube.counts(2).total == 40
    assert set(present.statuses.tolist()) == {Status.OVERDUE}
