"""Changes of units travel in numbered parts of a bounded size, parents before children."""

from __future__ import annotations

import pytest

from services.plans.domain.unit_changes import UnitChanges
from services.plans.domain.unit_parts import in_parts, parents_first
from tests.plans.domain.country import first_changes, first_tree, id_of, worked_out


def test_a_parent_comes_before_its_children_whatever_their_codes() -> None:
    codes = [record.code for record in parents_first(tuple(reversed(first_changes().units)))]

    assert codes == ["VN", "38", "60", "38.SYT", "593", "594", "60.CA", "60.MTTQ", "60.SYT", "22918"]


@pytest.mark.parametrize(("villages", "sizes"), [(1, [1]), (500, [500]), (501, [500, 1]), (1000, [500, 500])])
def test_no_part_is_larger_than_the_contract_allows(villages: int, sizes: list[int]) -> None:
    decision = {
        "decision": "Danh mục thôn",
        "on": "2025-07-01",
        "units": [
            {"code": f"22918.T{n:03}", "name": f"Thôn {n}", "kind": "village", "parent": "22918"}
            for n in range(villages)
        ],
        "successions": [{"from": "593", "to": "594"}],
    }

    parts = list(in_parts(worked_out(decision, first_tree(), ()), decision_id=id_of("x"), decision="Danh mục thôn"))

    assert [len(part.units) for part in parts] == sizes
    assert [(part.part, part.parts) for part in parts] == [(at, len(sizes)) for at in range(1, len(sizes) + 1)]
    assert [len(part.successions) for part in parts] == [0] * (len(sizes) - 1) + [1]


def test_successions_alone_are_a_part_too() -> None:
    changes = worked_out(
        {"decision": "x", "on": "2025-07-01", "successions": [{"from": "593", "to": "594"}]}, first_tree(), ()
    )

    (part,) = in_parts(changes, decision_id=id_of("x"), decision="x")

    assert (part.part, part.parts, part.units) == (1, 1, ())


def test_no_change_is_no_event() -> None:
    assert list(in_parts(UnitChanges((), ()), decision_id=id_of("x"), decision="x")) == []
