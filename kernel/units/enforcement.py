"""Say which bodies enforce: nothing about a person who seeks support may reach one of them."""

from __future__ import annotations

from datetime import date

from kernel.ids import UnitId
from kernel.units.tree import UnitTree

ENFORCEMENT = frozenset({"police", "inspection", "border_guard", "procuracy", "court"})
"""What bodies do that detect, inspect, investigate, prosecute or punish. A joint inspection team is one itself; the
bodies that send members to it are not: a commune's health station sends one, and yet gives HIV care."""


def is_enforcement(tree: UnitTree, unit_id: UnitId, day: date) -> bool:
    """Say whether a unit is an enforcement body on a day, or a part of one."""
    return any(tree.get(one).function in ENFORCEMENT for one in (unit_id, *tree.ancestors(unit_id, day)))
