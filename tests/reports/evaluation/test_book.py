"""Statuses of many obligations at any instant, compared with the second evaluator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.reports.evaluation.book import Book
from services.reports.evaluation.columns import Duty
from services.reports.evaluation.compliance import NOWHERE, Layout
from services.reports.evaluation.history import Fact, FactKind, fold
from services.reports.evaluation.status import Status, status_at
from tests.reports.evaluation.histories import DAY, EXAMPLES, FOREVER, fact, histories, instants
from tests.reports.reference import Row, see

Drawn = Sequence[tuple[int, bool, Sequence[Fact]]]
"""Reminder, whether only requested, history."""

obligations = st.lists(
    st.tuples(st.sampled_from((0, DAY, 31 * DAY)), st.booleans(), histories()), min_size=1, max_size=6
)


def a_book(drawn: Drawn) -> Book:
    book = Book()
    for rule, (reminder, requested, facts) in enumerate(drawn):
        book.add(Duty(unit=0, period=0, rule=rule, plan=0, reminder=reminder, requested=requested), facts)
    return book


def labels(book: Book, t: int, known_at: int) -> list[str]:
    alone, rules = Layout.of([NOWHERE]), np.ones(len(book), np.bool_)
    statuses, _ = book.tally(t, known_at, alone, periods=1, rules=rules)
    return [Status(status).label for status in statuses.tolist()]


@EXAMPLES
@given(obligations, instants, instants | st.just(FOREVER))
def test_columns_and_the_second_evaluator_agree(drawn: Drawn, t: int, known_at: int) -> None:
    by_rows = [
        see(Row(0, "2025", frozenset(), requested, reminder, tuple(facts), {}), t, known_at)
        for reminder, requested, facts in drawn
    ]
    book = a_book(drawn)
    versions = book.as_of(t, known_at)

    assert labels(book, t, known_at) == [row.status for row in by_rows]
    assert versions.live_version.tolist() == [row.live or 0 for row in by_rows]
    assert versions.accepted_version.tolist() == [row.accepted or 0 for row in by_rows]
    assert [
        status_at(fold(book.history(row), t, known_at), t, reminder=reminder, requested=requested).label
        for row, (reminder, requested, _) in enumerate(drawn)
    ] == [row.status for row in by_rows]


@EXAMPLES
@given(st.data(), obligations, instants)
def test_answer_never_changes_by_later_or_back_dated_facts(data: st.DataObject, drawn: Drawn, t: int) -> None:
    book = a_book(drawn)
    last = max((facts[-1] for *_, facts in drawn), key=lambda known: known.recorded_at)
    before = labels(book, t, last.recorded_at)

    for row in range(len(book)):
        book.record(row, data.draw(histories(after=last)))

    assert labels(book, t, last.recorded_at) == before


@EXAMPLES
@given(st.data(), obligations, instants, instants | st.just(FOREVER))
def test_order_of_entry_is_irrelevant(data: st.DataObject, drawn: Drawn, t: int, known_at: int) -> None:
    shuffled = [(reminder, requested, data.draw(st.permutations(facts))) for reminder, requested, facts in drawn]

    assert labels(a_book(shuffled), t, known_at) == labels(a_book(drawn), t, known_at)


@EXAMPLES
@given(obligations, instants, instants)
def test_nothing_changes_between_two_boundaries(drawn: Drawn, one: int, other: int) -> None:
    book = a_book(drawn)
    earlier, later = sorted((one, other))
    boundary = book.boundaries.next_after(earlier)

    if book.boundaries.passed(earlier) == book.boundaries.passed(later):
        assert labels(book, earlier, FOREVER) == labels(book, later, FOREVER)
    else:
        assert boundary is not None
        assert earlier < boundary <= later
        assert labels(book, earlier, FOREVER) == labels(book, boundary - 1, FOREVER)


def test_boundaries_are_the_instants_named_in_facts_and_the_reminder() -> None:
    book = Book()
    row = book.add(Duty(0, 0, 0, 0, reminder=30), [fact(FactKind.OPENED, 100, due_at=500)])
    assert book.boundaries.passed(1000) == 3

    book.record(row, [fact(FactKind.RETURNED, 480, version=1, correction_due_at=600, revision=2)])

    found = []
    boundary = book.boundaries.next_after(0)
    while boundary is not None:
        found.append((boundary, book.boundaries.passed(boundary)))
        boundary = book.boundaries.next_after(boundary)

    assert (book.boundaries.last_by(99), book.boundaries.last_by(500)) == (None, 500)
    assert found == [(100, 1), (470, 2), (480, 3), (500, 4), (600, 5)]


def test_present_is_answered_without_folding_and_the_past_leaves_it_as_it_is() -> None:
    book = Book()
    for number in range(200):
        book.add(Duty(0, 0, 0, 0, reminder=0), [fact(FactKind.OPENED, 100, due_at=1000 + number)])
    book.record(77, [fact(FactKind.SUBMITTED, 900, version=1, revision=2, recorded_at=950)])
    present = labels(book, 1050, 950)

    assert book.as_of(1050, 950).due.base is book.columns.standings.due.base
    assert labels(book, 1050, 949)[77] == "not_due"
    assert labels(book, 899, 950)[77] == "not_due"
    assert labels(book, 1050, 950) == present
    assert present.count("overdue") == 51
    assert present[77] == "on_time"


def test_history_is_returned_in_the_order_of_entry() -> None:
    book = Book()
    opened, sent = fact(FactKind.OPENED, 100, due_at=500), fact(FactKind.SUBMITTED, 90, version=1, revision=2)
    row = book.add(Duty(0, 0, 0, 0, reminder=0), [opened])
    book.record(row, [sent])

    assert book.history(row) == (opened, sent)
    assert fold(book.history(row), FOREVER, FOREVER).first_receipt_at == 90
