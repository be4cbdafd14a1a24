"""Protection plays the attacker: whoever knows how figures are made finds out nothing about what is not named."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from services.tips.domain.protection import SMALLEST, STEP, Said, say

KINDS = (("phone", "letter", "visitor"), ("complaint", "feedback", "crime"), ("in time", "late", "running"))
PLACES = [(kind, place) for kind, places in enumerate(KINDS) for place in places]

Table = Counter[tuple[str, ...]]

spots = st.tuples(*map(st.sampled_from, KINDS))
tables = st.dictionaries(spots, st.integers(1, 14), max_size=12).map(Counter)


def held(table: Table, kind: int, place: str) -> int:
    return sum(count for spot, count in table.items() if spot[kind] == place)


def hidden(said: Said) -> list[tuple[int, str]]:
    """Return what is not named, whether it is there or not."""
    return [(kind, place) for kind, place in PLACES if not said.places or place not in said.places[kind]]


def counted(table: Table) -> Table:
    """Return the tips that are in no place that is not named."""
    unnamed = set(hidden(say(table.elements())))
    return Counter({spot: count for spot, count in table.items() if unnamed.isdisjoint(enumerate(spot))})


@given(tables)
@example(Counter({("phone", "complaint", "running"): 9, ("letter", "feedback", "late"): 10}))
def test_whatever_is_said_is_said_of_a_table_that_has_nothing_in_all_that_is_not_named(table: Table) -> None:
    said = say(table.elements())
    other = counted(table)

    assert say(other.elements()) == said
    assert all(held(other, kind, place) == 0 for kind, place in hidden(said))


@given(tables, st.sampled_from(PLACES), st.integers(1, SMALLEST - 1), st.data())
def test_and_of_one_that_has_any_small_number_in_any_of_it(
    table: Table, hiding: tuple[int, str], few: int, data: st.DataObject
) -> None:
    said = say(table.elements())
    assume(hiding in hidden(said))
    kind, place = hiding
    others = data.draw(st.lists(spots, min_size=few, max_size=few))
    added = Counter((*spot[:kind], place, *spot[kind + 1 :]) for spot in others)
    other = counted(table) + added

    assert held(other, kind, place) == few
    assert say(other.elements()) == said


@given(tables)
def test_each_count_is_that_of_the_same_tips_and_none_is_small(table: Table) -> None:
    said, left = say(table.elements()), counted(table)

    assert (said.whole is None) is (not left)
    if said.whole is not None:
        assert abs(said.whole - left.total()) <= STEP // 2
    for kind, places in enumerate(said.places):
        for place, count in places.items():
            assert held(left, kind, place) >= SMALLEST
            assert abs(count - held(left, kind, place)) <= STEP // 2


@given(st.integers(0, SMALLEST - 1))
def test_the_whole_does_not_tell_that_there_is_more_than_its_lines(few: int) -> None:
    tips = [("phone", "complaint", "running")] * 20 + [("letter", "complaint", "running")] * few

    assert say(tips) == say(tips[:20])


@pytest.mark.parametrize(("count", "said"), [(10, 10), (14, 10), (15, 20), (25, 30), (1994, 1990)])
def test_counts_are_rounded(count: int, said: int) -> None:
    assert say([("phone",)] * count) == Said(said, [{"phone": said}])
