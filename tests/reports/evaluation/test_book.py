"""Statuses of many obligations at any instant, compared with the second evaluator."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.evaluation.book import Book
from services.reports.evaluation.columns import Duty, Flag
from services.reports.evaluation.compliance import Layout
from services.reports.evaluation.history import Fact, FactKind, fold
from services.reports.evaluation.status import Status, status_at
from services.reports.evaluation.tally import NOWHERE
from tests.reports.evaluation.books import enter, record
from tests.reports.evaluation.histories import (
    DAY,
    EXAMPLES,
    FOREVER,
    GRID,
    a_history,
    fact,
    histories,
    instant,
    instants,
)
from tests.reports.reference import Row, see

Drawn = Sequence[tuple[int, bool, Sequence[Fact]]]
"""Reminder, whether only requested, history."""

obligations = st.lists(
    st.tuples(st.sampled_from((0, DAY, 31 * DAY)), st.booleans(), histories()), min_size=1, max_size=6
)


def a_book(drawn: Drawn) -> Book:
    book = Book()
    for number, (reminder, requested, facts) in enumerate(drawn):
        enter(book, facts, slot=number, reminder=reminder, requested=requested)
    return book


def labels(book: Book, t: int, known_at: int) -> list[str]:
    alone, every = Layout.of([NOWHERE]), np.ones(len(book.series), np.bool_)
    statuses, _ = book.tally(t, known_at, alone, slots=len(book), wanted=every)
    return [Status(status).label for status in statuses.tolist()]


@EXAMPLES
@given(obligations, instants, instants | st.just(FOREVER))
def test_columns_and_the_second_evaluator_agree(drawn: Drawn, t: int, known_at: int) -> None:
    by_rows = [
        see(Row(0, "2025", frozenset(), requested, reminder, tuple(facts), {}), t, known_at)
        for reminder, requested, facts in drawn
    ]
    book = a_book(drawn)
    standings = [book.standing(row, t, known_at) for row in range(len(book))]

    assert labels(book, t, known_at) == [row.status for row in by_rows]
    assert [standing.live_version for standing in standings] == [row.live for row in by_rows]
    assert [standing.accepted_version for standing in standings] == [row.accepted for row in by_rows]
    assert standings == [fold(facts, t, known_at) for *_, facts in drawn]
    assert [
        status_at(standing, t, reminder=reminder, requested=requested).label
        for standing, (reminder, requested, _) in zip(standings, drawn, strict=True)
    ] == [row.status for row in by_rows]


CASES = int(os.environ.get("LANHMANH_TEST_CASES", "12000"))
"""Histories, each looked at from four instants as known at another; a soak asks for more."""


def test_many_thousand_histories_stand_as_the_second_evaluator_says() -> None:
    dice = random.Random(2026)  # noqa: S311 - a game of dice
    seen: Counter[str] = Counter()
    for _ in range(CASES // 200):
        drawn = [(dice.choice((0, DAY, 31 * DAY)), dice.random() < 0.1, a_history(dice)) for _ in range(200)]
        book = a_book(drawn)
        for _ in range(4):
            t, known_at = (dice.choice(GRID) + dice.choice((0, 0, -1, 1)) for _ in range(2))
            known_at = dice.choice((known_at, FOREVER))
            rows = [Row(0, "2025", frozenset(), asked, soon, facts, {}) for soon, asked, facts in drawn]
            expected = [see(row, t, known_at).status for row in rows]
            assert labels(book, t, known_at) == expected
            seen.update(expected)

    assert min(seen.values()) > CASES / 200, "each status is met often"
    assert len(seen) == len(Status)


@EXAMPLES
@given(st.data(), obligations, instants)
def test_answer_never_changes_by_later_or_back_dated_facts(data: st.DataObject, drawn: Drawn, t: int) -> None:
    book = a_book(drawn)
    last = max((facts[-1] for *_, facts in drawn), key=lambda known: known.recorded_at)
    before = labels(book, t, last.recorded_at)

    for number, (_, requested, facts) in enumerate(drawn):
        later = data.draw(histories(after=last))
        record(book, Duty(0, number, number), [*facts, *later], requested=requested)

    assert labels(book, t, last.recorded_at) == before


@EXAMPLES
@given(obligations, instants, instants | st.just(FOREVER))
def test_facts_that_come_one_by_one_say_the_same(drawn: Drawn, t: int, known_at: int) -> None:
    one_by_one = Book()
    for number, (reminder, requested, (opened, *rest)) in enumerate(drawn):
        duty = enter(one_by_one, [opened], slot=number, reminder=reminder, requested=requested)
        for many in range(len(rest)):
            record(one_by_one, duty, [opened, *rest[: many + 1]], requested=requested)

    assert labels(one_by_one, t, known_at) == labels(a_book(drawn), t, known_at)


@EXAMPLES
@given(st.data(), obligations, instants)
def test_order_of_opening_is_irrelevant(data: st.DataObject, drawn: Drawn, t: int) -> None:
    book = Book()
    for number in data.draw(st.permutations(range(len(drawn)))):
        reminder, requested, facts = drawn[number]
        enter(book, facts, slot=number, reminder=reminder, requested=requested)

    assert labels(book, t, FOREVER) == labels(a_book(drawn), t, FOREVER)


@EXAMPLES
@given(obligations, instants, instants)
def test_nothing_changes_between_two_boundaries(drawn: Drawn, one: int, other: int) -> None:
    book = a_book(drawn)
    earlier, later = sorted((one, other))
    _, boundary = book.boundaries.around(earlier)

    if boundary is None or later < boundary:
        assert labels(book, earlier, FOREVER) == labels(book, later, FOREVER)
        assert earlier == later or book.boundaries.around(earlier) == book.boundaries.around(later)
    else:
        assert earlier < boundary
        assert labels(book, earlier, FOREVER) == labels(book, boundary - 1, FOREVER)


def test_boundaries_are_what_is_known_beforehand() -> None:
    book = Book()
    opened = fact(FactKind.OPENED, 100, recorded_at=50, due_at=500)
    duty = enter(book, [opened], reminder=30, requested=False)
    boundaries = book.boundaries
    assert [boundaries.around(t) for t in (99, 100, 470, 500)] == [(None, 100), (100, 470), (470, 500), (500, None)]

    record(
        book,
        duty,
        [opened, fact(FactKind.RETURNED, 480, version=1, correction_due_at=FOURTH, revision=2)],
        requested=False,
    )

    assert boundaries.around(479) == (479, 480), "a clock behind what has happened"
    assert [boundaries.around(t) for t in (480, 500, FOURTH)] == [(480, 500), (500, FOURTH), (FOURTH, None)]


FOURTH = instant(date(1970, 1, 4))


def test_rows_move_when_others_are_opened_and_their_histories_with_them() -> None:
    book = Book()
    opened = fact(FactKind.OPENED, 100, due_at=500)
    sent = fact(FactKind.SUBMITTED, 300, version=1, revision=2)
    back = fact(FactKind.RETURNED, 400, version=1, correction_due_at=FOURTH, revision=3)
    returned = enter(book, [opened, sent, back], unit=2, reminder=0, requested=False)
    plain = enter(book, [opened, sent], unit=3, reminder=0, requested=False)

    for unit in (1, 5, 2, 0):
        enter(book, [opened], unit=unit, slot=1, reminder=0, requested=False)

    rows = book.columns
    assert [rows.unit(row) for row in range(len(book))] == [0, 1, 2, 2, 3, 5]
    assert rows.duty(rows.row(returned)) == returned
    assert book.standing(rows.row(returned), 399, 399).live_version == 1
    assert book.standing(rows.row(returned), 450, 399).live_version == 1
    assert book.standing(rows.row(returned), 450, 450).correction_due_at == FOURTH
    assert book.standing(rows.row(plain), 450, 450).first_receipt_at == 300
    with pytest.raises(KeyError):
        rows.row(Duty(4, 0, 0))


def test_plain_histories_take_no_room_of_their_own() -> None:
    book = Book()
    opened, sent = fact(FactKind.OPENED, 100, due_at=500), fact(FactKind.SUBMITTED, 300, version=1, recorded_at=310)
    accepted = fact(FactKind.ACCEPTED, 400, version=1)
    duty = enter(book, [opened, sent, accepted], reminder=0, requested=False)
    row = book.columns.row(duty)

    assert not book.columns.flags[row] & Flag.TOLD
    assert book.history(row).recorded_at.tolist() == [100, 310, 400]

    record(book, duty, [opened, sent, accepted, fact(FactKind.DUE_SET, 450, due_at=200, revision=4)], requested=False)

    assert book.columns.flags[row] & Flag.TOLD
    assert book.history(row).occurred_at.tolist() == [100, 300, 400, 450]
    assert [labels(book, t, known)[0] for t, known in ((449, 500), (450, 500), (450, 449))] == [
        "on_time",
        "late",
        "on_time",
    ]
