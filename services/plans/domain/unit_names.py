"""Turn the codes and selectors of a plan into units, and remember every one that cannot be turned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from contracts.plan import Selector
from kernel.ids import UnitId
from kernel.problems import Spot
from kernel.units import UnitTree
from services.plans.domain.recurring_faults import unit_unknown


class UnitNames:
    """Reads codes as of one day and resolves selectors on another: the day from which the plan binds."""

    def __init__(self, tree: UnitTree, *, named_on: date, effective_on: date) -> None:
        self._tree = tree
        self._named_on = named_on
        self._effective_on = effective_on
        self.faults: list[Spot] = []
        """What could not be turned, in the order in which it was asked for."""

    def find(self, code: str, pointer: str) -> UnitId | None:
        """Return the unit with a code; None, and a fault at `pointer`, if there is none."""
        unit = self._tree.find(code, self._named_on)
        if unit is None:
            self.faults.append(unit_unknown(pointer, code, self._named_on))
            return None
        return unit.id

    def find_all(self, codes: Iterable[str], pointer: str) -> tuple[UnitId, ...]:
        """Return the units with some codes, in their order."""
        found = (self.find(code, f"{pointer}/{place}") for place, code in enumerate(codes))
        return tuple(unit for unit in found if unit is not None)

    def select(self, selector: Selector, pointer: str) -> tuple[UnitId, ...]:
        """Return the units that a selector means: those it lists, then those below, depth first. None twice.

        A selector that means nobody is a fault too.
        """
        faults_before = len(self.faults)
        listed = self.find_all(selector.units, f"{pointer}/units")
        top = None if selector.under is None else self.find(selector.under, f"{pointer}/under")
        day, kinds, depth = self._effective_on, selector.kinds, selector.depth
        below = () if top is None else self._tree.below(top, day, kinds=kinds, depth=depth)
        selected = tuple(dict.fromkeys((*listed, *below)))
        if not selected and len(self.faults) == faults_before:
            self.faults.append(
                Spot(
                    pointer,
                    "selection_empty",
                    f"không có đơn vị nào thuộc diện này vào ngày {self._effective_on}",
                    f"no unit is meant by it on {self._effective_on}",
                )
            )
        return selected
