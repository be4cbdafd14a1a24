"""Changes of the tree are in the hands of the units above."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kernel.units import UnitTree
from services.plans.domain.unit_authority import units_answering_for
from tests.plans.domain.country import first_changes, first_tree, records_of, tree_of, worked_out

TODAY = date(2025, 8, 1)
BODY = {"name": "Thôn", "kind": "village"}

CASES: list[tuple[dict[str, Any], set[str]]] = [
    ({"units": [BODY | {"code": "22918.T1", "parent": "22918"}]}, {"22918"}),
    ({"ended": ["60.MTTQ"]}, {"60"}),
    ({"moved": [{"code": "22918", "parent": "594"}]}, {"593", "594"}),
    ({"units": [BODY | {"code": "61", "parent": "VN"}, BODY | {"code": "61.T1", "parent": "61"}]}, {"VN"}),
    ({"units": [BODY | {"code": "LA"}]}, {"VN"}),
    ({"successions": [{"from": "60.CA", "to": "38.SYT"}]}, {"60", "38"}),
    # It does not begin before September: until then the province answers for what comes under it.
    (
        {
            "on": "2025-09-01",
            "units": [BODY | {"code": "595", "parent": "60"}, BODY | {"code": "595.T1", "parent": "595"}],
        },
        {"60"},
    ),
]


@pytest.mark.parametrize(("decision", "codes"), CASES)
def test_a_change_is_in_the_hands_of_the_nearest_unit_above(decision: dict[str, Any], codes: set[str]) -> None:
    tree = first_tree()
    known = records_of("60.MTTQ", "22918")
    changes = worked_out({"decision": "x", "on": "2025-07-01"} | decision, tree, known)
    before = [record for record in known if record.unit_id in {changed.unit_id for changed in changes.units}]

    answering = units_answering_for(changes, before, tree, TODAY)

    assert {tree.get(unit).code for unit in answering} == codes


def test_nobody_stands_above_the_first_units() -> None:
    assert units_answering_for(first_changes(), (), UnitTree(), TODAY) == set()


def test_where_the_unit_above_is_gone_the_next_one_answers() -> None:
    ended = worked_out(
        {"decision": "x", "on": "2025-07-01", "ended": ["593", "22918"]}, first_tree(), records_of("593", "22918")
    )
    tree = tree_of(first_changes(), ended)
    (ward,) = (record for record in ended.units if record.code == "22918")

    corrected = worked_out(
        {
            "decision": "y",
            "on": "2025-07-01",
            "units": [
                {"code": "22918", "name": "Mũi Né", "kind": "commune", "parent": "593", "valid_from": "2000-01-01"}
            ],
        },
        tree,
        [ward],
    )

    answering = units_answering_for(corrected, [ward], tree, TODAY)
    assert {tree.get(unit).code for unit in answering} == {"60"}
