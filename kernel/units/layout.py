"""Lay the unit tree of one day out in depth-first order, so that every subtree is a contiguous range."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kernel.ids import UnitId

NOWHERE = -1
"""The position of a unit that does not exist on the day, and of what stands above a root."""


class Layout(NamedTuple):
    """Positions in depth-first order, siblings by code; units by their number. Plain arrays, to be kept as they are."""

    order: array[int]
    """The unit at each position. Units missing here are in a circle, or do not exist on the day."""
    position: array[int]
    """Of each unit; NOWHERE if it is missing."""
    above: array[int]
    """The position of what stands above each position; NOWHERE above a root."""
    size: array[int]
    """How many positions the subtree takes that begins at each."""


def lay_out(placed: Iterable[tuple[int, int | None]], units: int) -> Layout:
    """Take (unit, parent) pairs in the order in which siblings are to stand; roots have no parent."""
    roots: list[int] = []
    below: dict[int, list[int]] = {}
    for unit, parent in placed:
        (roots if parent is None else below.setdefault(parent, [])).append(unit)
    order, above, position = array("i"), array("i"), array("i", [NOWHERE]) * units
    waiting = [(root, NOWHERE) for root in reversed(roots)]
    while waiting:
        unit, parent_position = waiting.pop()
        here = position[unit] = len(order)
        order.append(unit)
        above.append(parent_position)
        if unit in below:
            waiting += [(child, here) for child in reversed(below[unit])]
    size = array("i", [1]) * len(order)
    for here in range(len(order) - 1, -1, -1):
        if above[here] != NOWHERE:
            size[above[here]] += size[here]
    return Layout(order, position, above, size)


class TreeOn:
    """The tree as it stands between two changes: parents, children, and positions in depth-first order."""

    __slots__ = ("_ids", "_layout", "_numbers", "_order")

    def __init__(self, layout: Layout, ids: Sequence[UnitId], numbers: Mapping[UnitId, int]) -> None:
        """Take a layout, and what its numbers stand for."""
        self._layout = layout
        self._ids = ids
        self._numbers = numbers
        self._order: tuple[UnitId, ...] | None = None

    @property
    def order(self) -> tuple[UnitId, ...]:
        """Every unit of the day, each followed by its subtree, siblings by code."""
        if self._order is None:
            self._order = tuple([self._ids[unit] for unit in self._layout.order])
        return self._order

    def __contains__(self, unit: UnitId) -> bool:
        return self._position(unit) != NOWHERE

    def span(self, unit: UnitId) -> range:
        """Return the positions in `order` of a unit and all below it; empty if it does not exist on the day."""
        start = self._position(unit)
        return range(0) if start == NOWHERE else range(start, start + self._layout.size[start])

    def is_within(self, unit: UnitId, root: UnitId) -> bool:
        """Say whether a unit is another one or stands somewhere below it."""
        position = self._position(unit)
        return position != NOWHERE and position in self.span(root)

    def parent(self, unit: UnitId) -> UnitId | None:
        """Return under which unit a unit stands; none for a root and for a unit that does not exist on the day."""
        position = self._position(unit)
        above = NOWHERE if position == NOWHERE else self._layout.above[position]
        return None if above == NOWHERE else self._ids[self._layout.order[above]]

    def children(self, unit: UnitId) -> tuple[UnitId, ...]:
        """Return the units directly below a unit, by code."""
        children, span = [], self.span(unit)
        position = span.start + 1
        while position < span.stop:
            children.append(self._ids[self._layout.order[position]])
            position += self._layout.size[position]
        return tuple(children)

    def _position(self, unit: UnitId) -> int:
        number = self._numbers.get(unit)
        return NOWHERE if number is None else self._layout.position[number]
