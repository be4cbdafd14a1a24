"""A caller acts for its unit and its subtree only, as of the day of the act."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.ids import UnitId
from kernel.units import Succession as Follows
from kernel.units import UnitTree
from runtime.auth.refusals import UnitOutside
from runtime.reference import Actor
from runtime.reference.actor import UnitNotInForce
from runtime.reference.view import to_kernel_unit
from tests.runtime.units import ALL, KIM_TAN, THANH_HOA, a_unit, id_of

MERGER = date(2025, 7, 1)
BEFORE, AFTER = date(2025, 6, 30), MERGER


def a_tree() -> UnitTree:
    """Two provinces, of which one has a district until the merger, whose duties a new commune bears then."""
    district = a_unit("391", under=THANH_HOA.unit_id, kind="district", valid_until=MERGER)
    heir = a_unit("15190", under=THANH_HOA.unit_id, valid_from=MERGER)
    lost = a_unit("392", under=THANH_HOA.unit_id, kind="district", valid_until=MERGER)
    follows = [
        Follows(UnitId(old.unit_id), UnitId(heir.unit_id), MERGER, "1678/NQ-UBTVQH15", bears_duties=True)
        for old in (district, lost)
    ]
    return UnitTree([to_kernel_unit(unit) for unit in (*ALL, district, heir, lost)], follows)


def an_actor(code: str, on: date = BEFORE) -> Actor:
    return Actor("harbour-office-7", code, a_tree(), on)


@pytest.mark.parametrize(
    ("caller", "unit", "allowed"),
    [
        ("15187", "15187", True),
        ("38", "15187", True),
        ("15187", "38", False),
        ("40", "15187", False),
        ("38", "16777", False),
    ],
)
def test_a_caller_acts_for_itself_and_what_stands_below_it(caller: str, unit: str, allowed: bool) -> None:
    assert an_actor(caller).can_act_for(id_of(unit)) is allowed


def test_who_acts_for_another_is_told_which_unit_is_its_own() -> None:
    with pytest.raises(UnitOutside) as caught:
        an_actor("40").must_act_for(id_of("15187"))

    assert caught.value.facts == {"unit": "15187", "own": "40", "on": "2025-06-30"}


def test_a_successor_acts_for_the_unit_whose_duties_it_bears() -> None:
    heir, gone = "15190", id_of("391")

    assert an_actor(heir, AFTER).can_act_for(gone)
    assert an_actor("38", AFTER).can_act_for(gone)
    assert not an_actor("15187", AFTER).can_act_for(gone)


def test_before_the_merger_the_unit_acts_for_itself() -> None:
    assert an_actor("391", BEFORE).can_act_for(id_of("391"))


@pytest.mark.parametrize(("code", "on"), [("391", AFTER), ("15190", BEFORE), ("99999", BEFORE)])
def test_a_unit_that_is_not_in_force_cannot_act(code: str, on: date) -> None:
    with pytest.raises(UnitNotInForce):
        an_actor(code, on).must_act_for(UnitId(KIM_TAN.unit_id))


def test_a_refused_check_counts_as_a_check() -> None:
    actor = an_actor("40")
    before = actor.has_checked

    actor.can_act_for(id_of("15187"))

    assert (before, actor.has_checked) == (False, True)
