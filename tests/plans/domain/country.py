"""The unit tree that the domain tests stand on: that of the builders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from contracts.unit import Succession, UnitRecord
from contracts.unit_decision import UnitDecision
from kernel.ids import UnitId, unit_id
from kernel.units import Succession as KernelSuccession
from kernel.units import UnitTree
from runtime.reference.view import to_kernel_unit
from services.plans.domain.standing_bodies import stated_units
from services.plans.domain.unit_changes import UnitChanges, draw_up
from tests.plans.builders import FIRST_UNITS

DAY = date(2025, 4, 18)


@cache
def first_changes() -> UnitChanges:
    """Return the units of the builders, worked out over an empty tree."""
    return worked_out(FIRST_UNITS, UnitTree(), ())


def worked_out(
    decision: dict[str, Any], tree: UnitTree, known: Iterable[UnitRecord], earlier: Iterable[Succession] = ()
) -> UnitChanges:
    """Return what a decision changes."""
    parsed = UnitDecision.model_validate(decision)
    by_id = {record.unit_id: record for record in known}
    return draw_up(parsed, stated_units(parsed, tree), tree=tree, known=by_id, earlier=earlier)


def tree_of(*changes: UnitChanges) -> UnitTree:
    """Return the tree that changes make, one after the other."""
    tree = UnitTree()
    for one in changes:
        successions = (
            KernelSuccession(UnitId(s.predecessor_id), UnitId(s.successor_id), s.on, s.decision, s.bears_duties)
            for s in one.successions
        )
        tree = tree.with_changes(map(to_kernel_unit, one.units), successions)
    return tree


def first_tree() -> UnitTree:
    """Return the tree of the builders' units."""
    return tree_of(first_changes())


def records_of(*codes: str) -> list[UnitRecord]:
    """Return some units of the builders as they are known."""
    return [record for record in first_changes().units if record.code in codes]


def id_of(code: str, since: str = "2000-01-01") -> UUID:
    """Return the id of a unit of the builders."""
    return unit_id(code, since)
