"""Units and successions that contradict each other are refused before anything is built on them."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.problems import Refusal
from kernel.units import (
    BearerUnclear,
    EndBeforeBeginning,
    ParentMissing,
    Placement,
    Succession,
    SuccessorMissing,
    Unit,
    UnitCodeTaken,
    UnitMisplaced,
    UnitsInCircle,
    UnitTree,
    UnknownUnit,
)
from tests.kernel.units.builders import EVE, LONG_AGO, MERGER, a_succession, a_unit, id_of

LATER = date(2027, 1, 1)


def placed(*spans: tuple[str | None, date, date | None], until: date | None = None) -> Unit:
    """Make the unit 9 with these placements."""
    return a_unit(
        "9",
        placements=tuple(Placement(id_of(parent) if parent else None, starts, ends) for parent, starts, ends in spans),
        until=until,
    )


def refusal_of(units: list[Unit], successions: list[Succession] | None = None) -> Refusal:
    """Return why a tree of these units is refused."""
    with pytest.raises(Refusal) as refused:
        UnitTree(units, successions or [])
    return refused.value


def test_a_code_cannot_belong_to_two_units_on_one_day() -> None:
    refusal = refusal_of([a_unit("16777"), a_unit("16777", since=MERGER)])

    assert isinstance(refusal, UnitCodeTaken)
    assert refusal.facts["day"] == MERGER


def test_a_code_is_free_again_from_the_day_its_unit_ends() -> None:
    assert len(UnitTree([a_unit("16777", until=MERGER), a_unit("16777", since=MERGER)])) == 2


@pytest.mark.parametrize(
    ("unit", "day"),
    [
        (placed(), LONG_AGO),
        (placed((None, MERGER, None)), LONG_AGO),
        (placed((None, LONG_AGO, EVE), (None, MERGER, None)), EVE),
        (placed((None, LONG_AGO, MERGER), (None, EVE, None)), MERGER),
        (placed((None, LONG_AGO, None), (None, MERGER, None)), MERGER),
        (placed((None, LONG_AGO, MERGER)), MERGER),
        (placed((None, LONG_AGO, EVE), until=MERGER), EVE),
    ],
    ids=["nowhere", "placed late", "gap", "two places", "no end between", "ends early", "ends before the unit"],
)
def test_a_unit_has_exactly_one_place_on_every_day_of_its_life(unit: Unit, day: date) -> None:
    refusal = refusal_of([unit])

    assert isinstance(refusal, UnitMisplaced)
    assert refusal.facts["day"] == day


def test_a_place_without_an_end_ends_with_the_unit() -> None:
    tree = UnitTree([placed((None, LONG_AGO, None), until=MERGER)])

    assert tree.on(MERGER).order == ()


@pytest.mark.parametrize(
    ("parent", "day"),
    [
        (None, LONG_AGO),
        (a_unit("8", since=LONG_AGO, until=MERGER), MERGER),
    ],
    ids=["never", "ends while the child lives on"],
)
def test_a_parent_must_exist_as_long_as_units_stand_under_it(parent: Unit | None, day: date) -> None:
    refusal = refusal_of([placed(("8", LONG_AGO, None)), *([parent] if parent else [])])

    assert isinstance(refusal, ParentMissing)
    assert refusal.facts["day"] == day


def test_a_parent_must_exist_when_a_unit_comes_under_it() -> None:
    parent = a_unit("8", since=MERGER)
    child = a_unit("9", placements=(Placement(parent.id, LONG_AGO),))

    assert isinstance(refusal_of([parent, child]), ParentMissing)


def test_a_parent_and_its_units_may_end_on_the_same_day() -> None:
    assert len(UnitTree([a_unit("8", until=MERGER), placed(("8", LONG_AGO, None), until=MERGER)])) == 2


def test_units_cannot_stand_under_each_other_at_the_same_time() -> None:
    first = a_unit("1", placements=(Placement(None, LONG_AGO, MERGER), Placement(id_of("3"), MERGER)))
    refusal = refusal_of([first, a_unit("2", id_of("1")), a_unit("3", id_of("2"))])

    assert isinstance(refusal, UnitsInCircle)
    assert refusal.facts["day"] == MERGER


def test_a_unit_cannot_stand_under_itself() -> None:
    assert isinstance(refusal_of([a_unit("1", id_of("1"))]), UnitsInCircle)


@pytest.mark.parametrize(
    "unit",
    [a_unit("1", since=MERGER, until=MERGER), placed((None, LONG_AGO, LONG_AGO), (None, LONG_AGO, None))],
    ids=["unit", "placement"],
)
def test_nothing_ends_before_it_begins(unit: Unit) -> None:
    assert isinstance(refusal_of([unit]), EndBeforeBeginning)


@pytest.mark.parametrize(
    "successions",
    [
        [a_succession(id_of("1"), id_of("2"), bears_duties=False)],
        [a_succession(id_of("1"), id_of("2")), a_succession(id_of("1"), id_of("3"))],
        [a_succession(id_of("1"), id_of("2"), on=EVE)],
        [a_succession(id_of("2"), id_of("3"))],
    ],
    ids=["nobody bears", "two bear", "bears before the end", "bears for a unit that lives on"],
)
def test_a_dissolved_unit_that_is_succeeded_has_one_heir_from_its_last_day(successions: list[Succession]) -> None:
    units = [a_unit("1", until=MERGER), a_unit("2"), a_unit("3")]

    assert isinstance(refusal_of(units, successions), BearerUnclear)


def test_a_unit_that_lives_on_may_give_a_part_of_itself_to_another() -> None:
    tree = UnitTree([a_unit("1"), a_unit("2")], [a_succession(id_of("1"), id_of("2"), bears_duties=False)])

    assert tree.bearer(id_of("1"), MERGER) == id_of("1")


@pytest.mark.parametrize("heir", [a_unit("2", until=MERGER), a_unit("2", since=LATER)], ids=["gone", "not yet there"])
def test_a_successor_exists_on_the_day_it_follows(heir: Unit) -> None:
    refusal = refusal_of([a_unit("1", until=MERGER), heir], [a_succession(id_of("1"), heir.id)])

    assert isinstance(refusal, SuccessorMissing)


def test_a_succession_between_units_that_are_not_there_is_refused() -> None:
    assert isinstance(refusal_of([a_unit("1")], [a_succession(id_of("1"), id_of("2"))]), UnknownUnit)
    assert isinstance(refusal_of([a_unit("2")], [a_succession(id_of("1"), id_of("2"))]), UnknownUnit)


def test_every_refusal_says_in_both_languages_which_unit_and_how_to_mend_it() -> None:
    refusal = refusal_of([a_unit("16777"), a_unit("16777", since=MERGER)])

    for words in (refusal.say("vi"), refusal.say("en")):
        assert "16777" in words.detail
        assert words.mend
