"""The dated unit tree: who stands where on a day, and who bears the duties of units that are gone."""

from kernel.units.enforcement import ENFORCEMENT, is_enforcement
from kernel.units.layout import TreeOn
from kernel.units.problems import (
    BearerUnclear,
    EndBeforeBeginning,
    ParentMissing,
    SuccessorMissing,
    UnitCodeTaken,
    UnitMisplaced,
    UnitsInCircle,
    UnknownUnit,
)
from kernel.units.tree import UnitTree
from kernel.units.unit import Placement, Succession, Unit

__all__ = [
    "ENFORCEMENT",
    "BearerUnclear",
    "EndBeforeBeginning",
    "ParentMissing",
    "Placement",
    "Succession",
    "SuccessorMissing",
    "TreeOn",
    "Unit",
    "UnitCodeTaken",
    "UnitMisplaced",
    "UnitTree",
    "UnitsInCircle",
    "UnknownUnit",
    "is_enforcement",
]
