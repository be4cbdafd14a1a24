"""What a decision on units changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.unit import Placement
from services.plans.domain.refusals import DecisionInvalid
from tests.plans.domain.country import first_changes, first_tree, id_of, records_of, tree_of, worked_out

MERGER: dict[str, Any] = {"decision": "Nghị quyết 202/2025/QH15", "on": "2025-07-01"}


def faults_of(decision: dict[str, Any], *known: str) -> list[tuple[str, str]]:
    with pytest.raises(DecisionInvalid) as refusal:
        worked_out(MERGER | decision, first_tree(), records_of(*known))
    return [(spot.pointer, spot.code) for spot in refusal.value.spots]


def test_a_unit_begins_under_its_parent_on_its_first_day() -> None:
    (town,) = records_of("594")

    assert town.valid_from == date(2005, 9, 5)
    assert town.placements == (Placement(parent_id=id_of("60"), valid_from=date(2005, 9, 5)),)


def test_what_is_so_already_changes_nothing() -> None:
    restated = {"code": "593", "name": "Thành phố Phan Thiết", "kind": "district", "parent": "60"}

    changes = worked_out(MERGER | {"units": [restated | {"valid_from": "2000-01-01"}]}, first_tree(), records_of("593"))

    assert changes.units == ()


def test_a_restated_unit_keeps_its_end_and_the_places_it_had() -> None:
    (known,) = records_of("593")
    moved = Placement(parent_id=id_of("38"), valid_from=date(2010, 1, 1))
    left = known.placements[0].model_copy(update={"valid_until": date(2010, 1, 1)})
    ended = known.model_copy(update={"valid_until": date(2025, 7, 1), "placements": (left, moved)})
    restated = {"code": "593", "name": "TP Phan Thiết", "kind": "district", "parent": "60", "valid_from": "2000-01-01"}

    (changed,) = worked_out(MERGER | {"units": [restated]}, first_tree(), [ended]).units

    assert changed == ended.model_copy(update={"name": "TP Phan Thiết"})


def test_an_ended_unit_keeps_everything_but_its_end() -> None:
    (known,) = records_of("60.MTTQ")

    (changed,) = worked_out(MERGER | {"ended": ["60.MTTQ"]}, first_tree(), [known]).units

    assert changed == known.model_copy(update={"valid_until": date(2025, 7, 1)})


def test_a_moved_unit_leaves_its_place_on_the_day_it_takes_the_new_one() -> None:
    moved = MERGER | {"moved": [{"code": "22918", "parent": "60"}]}

    (changed,) = worked_out(moved, first_tree(), records_of("22918")).units

    day = date(2025, 7, 1)
    assert changed.placements == (
        Placement(parent_id=id_of("593"), valid_from=date(2000, 1, 1), valid_until=day),
        Placement(parent_id=id_of("60"), valid_from=day),
    )


OLDER = {"code": "594", "valid_from": "2000-01-01"}


def test_a_unit_that_is_older_than_was_known_stays_the_same_unit_where_it_stood() -> None:
    (changed,) = worked_out(MERGER | {"began": [OLDER]}, first_tree(), records_of("594")).units

    assert changed.unit_id == id_of("594", "2005-09-05")
    assert changed.valid_from == date(2000, 1, 1)
    assert changed.placements == (Placement(parent_id=id_of("60"), valid_from=date(2000, 1, 1)),)


def test_an_older_unit_can_have_stood_elsewhere_before() -> None:
    district = {"code": "600", "name": "Huyện Đức Linh", "kind": "district", "parent": "60", "valid_from": "2000-01-01"}
    decision = MERGER | {"units": [district], "began": [OLDER | {"parent": "600"}]}

    _, changed = worked_out(decision, first_tree(), records_of("594")).units

    founded = date(2005, 9, 5)
    assert changed.placements == (
        Placement(parent_id=id_of("600"), valid_from=date(2000, 1, 1), valid_until=founded),
        Placement(parent_id=id_of("60"), valid_from=founded),
    )


def test_a_unit_can_be_placed_under_one_before_the_day_from_which_that_was_known() -> None:
    ward = {"code": "23231", "name": "Phường Phước Hội", "kind": "commune", "parent": "594", "valid_from": "2001-01-01"}

    changes = worked_out(MERGER | {"units": [ward], "began": [OLDER]}, first_tree(), records_of("594"))

    tree = tree_of(first_changes(), changes)
    assert tree.find("23231", date(2001, 1, 1)) is not None


def test_a_list_that_states_an_older_unit_again_does_not_make_it_younger() -> None:
    older = worked_out(MERGER | {"began": [OLDER | {"parent": "38"}]}, first_tree(), records_of("594"))
    restated = {"code": "594", "name": "Thị xã La Gi", "kind": "district", "parent": "60", "valid_from": "2005-09-05"}

    again = worked_out(MERGER | {"units": [restated]}, tree_of(first_changes(), older), older.units)

    assert again.units == ()


def test_a_beginning_that_is_known_already_changes_nothing() -> None:
    known = {"code": "594", "valid_from": "2005-09-05"}

    assert worked_out(MERGER | {"began": [known]}, first_tree(), records_of("594")).units == ()


def test_a_code_can_pass_to_a_new_unit_on_the_day_the_old_one_ends() -> None:
    reused = {"code": "593", "name": "Phường Phan Thiết", "kind": "commune", "parent": "60"}
    decision = MERGER | {
        "ended": ["593"],
        "units": [reused],
        "moved": [{"code": "22918", "parent": "593"}],
        "successions": [{"from": "593", "to": "593", "bears_duties": True}],
    }

    changes = worked_out(decision, first_tree(), records_of("593", "22918"))

    tree = tree_of(first_changes(), changes)
    new = tree.find("593", date(2025, 7, 1))
    assert new is not None
    assert new.name == "Phường Phan Thiết"
    assert tree.bearer(id_of("593"), date(2025, 7, 1)) == new.id  # type: ignore[arg-type]
    assert tree.parent(id_of("22918"), date(2025, 7, 1)) == new.id  # type: ignore[arg-type]


def test_standing_bodies_are_made_for_old_and_new_owners_but_not_for_ended_ones() -> None:
    decision = MERGER | {
        "ended": ["22918"],
        "units": [{"code": "23235", "name": "Phường La Gi", "kind": "commune", "parent": "594"}],
        "bodies": {
            "commune": [
                {"suffix": "CA", "name": "Công an {place}", "function": "police"},
                {"suffix": "DKTLN", "name": "Đội 178", "kind": "team", "function": "inspection", "members": ["CA"]},
            ],
            "province": [{"suffix": "CA", "name": "Công an {place}", "function": "police"}],
        },
    }

    changes = worked_out(decision, first_tree(), records_of("22918"))

    made = {record.code: record for record in changes.units}
    assert set(made) == {"22918", "23235", "23235.CA", "23235.DKTLN", "60.CA", "38.CA"}
    assert made["23235.CA"].name == "Công an phường La Gi"
    assert made["23235.DKTLN"].members == (made["23235.CA"].unit_id,)


def test_known_successions_are_left_out() -> None:
    known = worked_out(MERGER | {"successions": [{"from": "60", "to": "38"}]}, first_tree(), ()).successions

    again = worked_out(MERGER | {"successions": [{"from": "60", "to": "38"}]}, first_tree(), (), known)

    assert len(known) == 1
    assert again.successions == ()


NEW = {"code": "61", "name": "Tỉnh mới", "kind": "province", "parent": "VN"}
FAULTY: list[tuple[dict[str, Any], tuple[str, ...], str, str]] = [
    ({"units": [NEW | {"parent": "99"}]}, (), "/units/0/parent", "unit_unknown"),
    ({"units": [NEW | {"valid_from": "1976-07-01"}]}, (), "/units/0/parent", "unit_unknown"),
    ({"units": [NEW | {"members": ["60.CA", "99"]}]}, (), "/units/0/members/1", "unit_unknown"),
    ({"units": [NEW, NEW]}, (), "/units/1/code", "repeated"),
    ({"ended": ["60.CA", "99"]}, ("60.CA",), "/ended/1", "unit_unknown"),
    ({"began": [OLDER | {"code": "99"}]}, (), "/began/0/code", "unit_unknown"),
    ({"began": [OLDER | {"parent": "99"}]}, ("594",), "/began/0/parent", "unit_unknown"),
    ({"began": [OLDER | {"valid_from": "2005-09-06"}]}, ("594",), "/began/0/valid_from", "began_already"),
    ({"moved": [{"code": "99", "parent": "60"}]}, (), "/moved/0/code", "unit_unknown"),
    ({"moved": [{"code": "593", "parent": "99"}]}, ("593",), "/moved/0/parent", "unit_unknown"),
    ({"moved": [{"code": "593", "parent": "38"}], "on": "2000-01-01"}, ("593",), "/moved/0", "moved_already"),
    ({"successions": [{"from": "99", "to": "38"}]}, (), "/successions/0/from", "unit_unknown"),
    ({"successions": [{"from": "60", "to": "99"}]}, (), "/successions/0/to", "unit_unknown"),
    (
        {"units": [{"code": "593", "name": "P", "kind": "commune", "parent": "60", "valid_from": "2000-01-01"}]},
        ("593",),
        "/units/0/kind",
        "kind_differs",
    ),
    (
        {"units": [{"code": "593", "name": "P", "kind": "district", "parent": "38", "valid_from": "2000-01-01"}]},
        ("593",),
        "/units/0/parent",
        "parent_differs",
    ),
]


@pytest.mark.parametrize(("decision", "known", "pointer", "code"), FAULTY, ids=[f"{row[3]}-{row[2]}" for row in FAULTY])
def test_what_a_decision_cannot_mean_is_named(
    decision: dict[str, Any], known: tuple[str, ...], pointer: str, code: str
) -> None:
    assert faults_of(decision, *known) == [(pointer, code)]


def test_a_known_succession_cannot_come_back_with_other_duties() -> None:
    known = worked_out(MERGER | {"successions": [{"from": "60", "to": "38"}]}, first_tree(), ()).successions

    with pytest.raises(DecisionInvalid) as refusal:
        worked_out(
            MERGER | {"successions": [{"from": "60", "to": "38", "bears_duties": True}]}, first_tree(), (), known
        )

    assert refusal.value.spots[0].code == "succession_differs"
