"""The units an answer is about: a unit with all below it, and where what former units reported is counted."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np

from kernel.ids import UnitId
from kernel.units.layout import TreeOn
from services.reports.board.memory import Memory
from services.reports.evaluation.columns import Indices, Mask
from services.reports.evaluation.compliance import Layout
from services.reports.evaluation.tally import NOWHERE

TreeOf = Literal["then", "now"]
"""Count what successors send at the old unit's place, or at their own."""


class Territory:
    """One subtree of the tree of one day."""

    def __init__(self, memory: Memory, top: UnitId, day: date, *, by_successor: bool) -> None:
        self.top = top
        self._tree = memory.reference.tree.on(day)
        self._span = self._tree.span(top)
        self._position = positions(memory, day, by_successor=by_successor)

    @property
    def exists(self) -> bool:
        """Whether the top stands in the tree of the day."""
        return bool(self._span)

    def children(self) -> tuple[UnitId, ...]:
        """Return the units directly below the top."""
        return self._tree.children(self.top)

    @property
    def below(self) -> tuple[UnitId, ...]:
        """The units anywhere below the top, depth first."""
        return self._tree.order[self._span.start + 1 : self._span.stop]

    @property
    def position(self) -> Indices:
        """For each unit, by its number, how far behind the top it is counted, where `held`: 1 is the first below."""
        return self._position - self._span.start

    def holds(self, unit: int) -> bool:
        """Say whether what a unit, by its number, reports is counted here."""
        return bool(self.held[unit])

    @cached_property
    def held(self) -> Mask:
        """For each unit, by its number, whether what it reports or receives is counted here."""
        held: Mask = (self._position >= self._span.start) & (self._position < self._span.stop) & self.exists
        return held

    @cached_property
    def layout(self) -> Layout:
        """The top, and below it each unit directly below, with all that is below that."""
        begins = [self._span.start, *(self._tree.span(child).start for child in self.children())]
        # Depth first: whatever stands behind a child, and before the next one, stands below it.
        place = np.searchsorted(begins, self._position, side="right").astype(np.int32) - 1
        parent = np.array([NOWHERE, *[0] * (len(begins) - 1)], np.int32)
        return Layout(parent, np.where(self.held, place, np.int32(NOWHERE)))


_POSITIONS_KEPT = 16


def positions(memory: Memory, day: date, *, by_successor: bool) -> Indices:
    """Return at which position of a day's tree what each unit reports is counted, by its number; NOWHERE if at none.

    They are kept: the tree of a day, and who bears which duties, stay the same between two changes.
    """
    units = memory.owed.units
    key, kept = (memory.reference.tree.era(day), by_successor, len(units)), memory.positions
    if key not in kept:
        tree = memory.reference.tree.on(day)
        spans = [tree.span(_counted_at(memory, UnitId(one), day, by_successor=by_successor)) for one in units]
        kept[key] = np.array([span.start if span else NOWHERE for span in spans], np.int32)
        while len(kept) > _POSITIONS_KEPT:
            del kept[next(iter(kept))]
    return kept[key]


def _counted_at(memory: Memory, unit_id: UnitId, day: date, *, by_successor: bool) -> UnitId:
    tree = memory.reference.tree
    # Plans may not have told of a unit yet: nobody knows where it stands.
    bearer = tree.bearer(unit_id, day) if by_successor and unit_id in tree else None
    return bearer or unit_id


def territory(memory: Memory, top: UnitId, plan: str | None, tree: TreeOf, today: date) -> Territory:
    """Return the territory of a question."""
    day, by_successor = _ground(memory, plan, tree, today)
    return Territory(memory, top, day, by_successor=by_successor)


def tree_of(memory: Memory, plan: str, tree: TreeOf, today: date) -> TreeOn:
    """Return the tree in which the territories of a plan lie."""
    return memory.reference.tree.on(_ground(memory, plan, tree, today)[0])


def whole_tree(memory: Memory, plan: str, tree: TreeOf, today: date) -> Layout:
    """Return the layout of that tree: a place for each of its units, depth first, and where each unit is counted."""
    day, by_successor = _ground(memory, plan, tree, today)
    on_day = memory.reference.tree.on(day)
    above = [on_day.parent(one) for one in on_day.order]
    parents = [NOWHERE if one is None else on_day.span(one).start for one in above]
    return Layout(np.array(parents, np.int32), positions(memory, day, by_successor=by_successor))


def _ground(memory: Memory, plan: str | None, tree: TreeOf, today: date) -> tuple[date, bool]:
    """Return of which day the tree is, and whether former units are counted where their duties have gone.

    A plan is laid out on its effective day, where all its units exist. The tree of now, and questions over all plans,
    take the day asked about, and the successors.
    """
    if tree == "now" or plan is None:
        return today, True
    return memory.versions[memory.plan_ids[plan]][0].effective_on, False
