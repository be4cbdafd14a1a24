"""The flat row of an obligation: it says what the history's fold says, and a plain one says all that happened."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.reports.evaluation.columns import MOST_DELAY, MOST_WAIT, Flag
from services.reports.evaluation.flat import Flat, flatten
from services.reports.evaluation.history import LONG_AGO, NEVER, Fact, FactKind, fold
from tests.reports.evaluation.histories import DAY, EXAMPLES, fact, histories, instants

OPENED, RECEIVED, ACCEPTED = FactKind.OPENED, FactKind.SUBMITTED, FactKind.ACCEPTED


def plain(opened: Fact, *receipts: tuple[int, int], accepted_at: int | None = None) -> tuple[Fact, ...]:
    """Return a history of an opening, receipts by instant and delay, and an acceptance."""
    received = [
        fact(RECEIVED, at, revision=2 + place, recorded_at=at + delay, version=1)
        for place, (at, delay) in enumerate(receipts)
    ]
    accepted = [] if accepted_at is None else [fact(ACCEPTED, accepted_at, revision=9, version=1)]
    return (opened, *received, *accepted)


@st.composite
def nearly_plain(draw: st.DrawFn) -> tuple[Fact, ...]:
    """Draw histories that are plain, or miss it by little."""
    at = draw(instants)
    opened = fact(OPENED, at, recorded_at=draw(instants), due_at=draw(st.none() | instants))
    received_at = at + draw(st.sampled_from((-1, 0, 1, DAY)))
    receipt = (received_at, draw(st.sampled_from((-1, 0, 1, MOST_DELAY, MOST_DELAY + 1))))
    kept = plain(
        opened,
        *[receipt][: draw(st.integers(0, 1))],
        accepted_at=draw(
            st.none() | st.sampled_from([received_at + wait for wait in (-1, 0, DAY, MOST_WAIT, MOST_WAIT + 1)])
        ),
    )
    odd = draw(st.sampled_from(("", "", "version", "written later", "once more")))
    match odd:
        case "version" if len(kept) > 1:
            return (*kept[:-1], replace(kept[-1], version=2))
        case "written later" if len(kept) > 1:
            return (*kept[:-1], replace(kept[-1], recorded_at=kept[-1].recorded_at + MOST_DELAY + 1))
        case "once more":
            return (*kept, replace(kept[-1], revision=10))
        case _:
            return kept


def told_by(flat: Flat, opened: Fact) -> list[Fact]:
    """Return what happened to an obligation, as its flat row and the opening of its series tell it."""
    opening = replace(opened, due_at=None if flat.due == NEVER else flat.due)
    receipt = (flat.first_receipt_at, flat.first_recorded_at - flat.first_receipt_at)
    accepted_at = None if flat.accepted_at == NEVER else flat.accepted_at
    return list(plain(opening, *[receipt] * (receipt[0] != NEVER), accepted_at=accepted_at))


@EXAMPLES
@given(histories() | nearly_plain())
def test_a_row_says_what_the_fold_of_its_history_says(facts: tuple[Fact, ...]) -> None:
    standing, flat = fold(facts, NEVER, NEVER), flatten(facts)

    assert (None if flat.due == NEVER else flat.due) == standing.due_at
    assert (None if flat.first_receipt_at == NEVER else flat.first_receipt_at) == standing.first_receipt_at
    assert (None if flat.correction_due_at == LONG_AGO else flat.correction_due_at) == standing.correction_due_at
    assert (flat.accepted_at == NEVER) == (standing.accepted_version is None)
    assert bool(flat.flags & Flag.EXISTS) == standing.exists
    assert bool(flat.flags & Flag.EXCUSED) == standing.excused
    assert bool(flat.flags & Flag.LIVE) == (standing.live_version is not None)
    assert not flat.flags & Flag.REQUESTED
    assert flatten(facts[::-1]) == flat


@EXAMPLES
@given(histories())
def test_what_a_row_says_of_receipt_and_acceptance_is_told_by_one_fact_each(facts: tuple[Fact, ...]) -> None:
    flat, standing = flatten(facts), fold(facts, NEVER, NEVER)
    receipts = {(one.occurred_at, one.recorded_at) for one in facts if one.kind is RECEIVED}
    accepted = {one.occurred_at for one in facts if (one.kind, one.version) == (ACCEPTED, standing.accepted_version)}

    assert (flat.first_receipt_at, flat.first_recorded_at) in (receipts or {(NEVER, NEVER)})
    assert flat.accepted_at == min(accepted, default=NEVER)


@EXAMPLES
@given(histories() | nearly_plain(), instants, instants)
@example(plain(fact(OPENED, 0, due_at=5), (3, MOST_DELAY), accepted_at=3), 4, 4)
def test_a_plain_row_tells_its_facts_exactly(facts: tuple[Fact, ...], t: int, known_at: int) -> None:
    flat = flatten(facts)
    if flat.flags & Flag.TOLD:
        return
    again = told_by(flat, facts[0])

    def without_place(some: list[Fact]) -> list[Fact]:
        return [replace(one, revision=0, ordinal=0) for one in some]

    assert without_place(again) == without_place(list(facts))
    assert fold(again, t, known_at) == fold(facts, t, known_at)


def test_what_is_accepted_twice_was_accepted_the_first_time() -> None:
    again = fact(ACCEPTED, 2 * DAY, revision=10, version=1)

    assert flatten((*plain(BEGUN, (3000, 5), accepted_at=DAY), again)).accepted_at == DAY


BEGUN = fact(OPENED, 1000, recorded_at=2000, due_at=DAY)
ONCE = fact(RECEIVED, 3000, revision=2, version=1)
EXCUSED = fact(FactKind.EXCUSED, 3000, revision=2)


@pytest.mark.parametrize(
    "facts",
    [
        (BEGUN,),
        (replace(BEGUN, due_at=None),),
        plain(BEGUN, (1000, 0)),
        plain(BEGUN, (1500, MOST_DELAY)),
        plain(BEGUN, (3000, 5), accepted_at=3000),
        plain(BEGUN, (3000, 5), accepted_at=DAY),
        plain(BEGUN, (3000, 5), accepted_at=3000 + MOST_WAIT),
    ],
)
def test_these_are_plain(facts: tuple[Fact, ...]) -> None:
    assert not flatten(facts).flags & Flag.TOLD


@pytest.mark.parametrize(
    "facts",
    [
        plain(BEGUN, (999, 0)),
        plain(BEGUN, (3000, MOST_DELAY + 1)),
        plain(BEGUN, (3000, -1)),
        plain(BEGUN, (3000, 0), accepted_at=2999),
        plain(BEGUN, (3000, 0), accepted_at=3000 + MOST_WAIT + 1),
        plain(BEGUN, (3000, 0), (4000, 0)),
        plain(BEGUN, accepted_at=4000),
        (BEGUN, replace(ONCE, version=2)),
        (BEGUN, ONCE, fact(ACCEPTED, 4000, revision=3, version=2)),
        (BEGUN, ONCE, fact(ACCEPTED, 4000, revision=3, recorded_at=4001, version=1)),
        (BEGUN, EXCUSED),
        (BEGUN, EXCUSED, fact(FactKind.EXCUSE_LIFTED, 4000, revision=3)),
        (BEGUN, fact(FactKind.DUE_MOVED, 3000, revision=2, due_at=DAY)),
        (BEGUN, fact(FactKind.DROPPED, 3000, revision=2)),
        (BEGUN, replace(BEGUN, revision=2)),
    ],
)
def test_these_are_told(facts: tuple[Fact, ...]) -> None:
    assert flatten(facts).flags & Flag.TOLD
