"""The units an answer is about: a unit with all below it, and where what former units reported is counted."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Literal
from uuid import UUID

from kernel.ids import UnitId
from services.reports.board.memory import Memory
from services.reports.evaluation.columns import Mask
from services.reports.evaluation.compliance import NOWHERE, Layout

TreeOf = Literal["then", "now"]
"""Count what successors send at the old unit's place, or at their own."""


class Territory:
    """One subtree of the tree of one day."""

    def __init__(self, memory: Memory, top: UnitId, day: date, *, by_successor: bool) -> None:
        self._memory = memory
        self._tree = memory.reference.tree
        self._day = day
        self._by_successor = by_successor
        self.top = top
        laid_out = self._tree.on(day)
        self.places = {laid_out.order[place]: number for number, place in enumerate(laid_out.span(top))}
        """The place of each unit within the subtree, depth first."""
        self.layout = Layout.of(self._parents(), [self._place_of(unit_id) for unit_id in memory.units])

    def children(self) -> list[UnitId]:
        """Return the units directly below the top."""
        return list(self._tree.children(self.top, self._day))

    def holds(self, unit: int) -> bool:
        """Say whether what a unit, by its number, reports is counted here."""
        return bool(self.held[unit])

    @cached_property
    def held(self) -> Mask:
        """For each unit, by its number, whether what it reports or receives is counted here."""
        held: Mask = self.layout.place != NOWHERE
        return held

    def _parents(self) -> list[int]:
        above = (self._tree.parent(unit_id, self._day) for unit_id in self.places)
        return [NOWHERE if parent is None else self.places.get(parent, NOWHERE) for parent in above]

    def _place_of(self, unit_id: UUID) -> int:
        if UnitId(unit_id) not in self._tree:
            # Plans has not told of it yet: nobody knows where it stands.
            return NOWHERE
        bearer = self._tree.bearer(UnitId(unit_id), self._day) if self._by_successor else None
        return self.places.get(bearer or UnitId(unit_id), NOWHERE)


def territory(memory: Memory, top: UnitId, plan: str | None, tree: TreeOf, today: date) -> Territory:
    """Return the territory of a question.

    A plan is laid out on its effective day, where all its units exist. The tree of now, and questions over all plans,
    take the day asked about, and count former units where their duties have gone.
    """
    if tree == "now" or plan is None:
        return Territory(memory, top, today, by_successor=True)
    effective_on = memory.versions[memory.plan_ids[plan]][0].plan.effective_on
    return Territory(memory, top, effective_on, by_successor=False)
