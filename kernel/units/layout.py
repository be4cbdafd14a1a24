"""Lay the unit tree of one day out in depth-first order, so that every subtree is a contiguous range."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.ids import UnitId


class TreeOn:
    """The tree as it stands between two changes: parents, children, and positions in depth-first order."""

    __slots__ = ("_children", "_parents", "_positions", "_sizes", "order")

    order: tuple[UnitId, ...]
    """Every unit of the day, each followed by its subtree, siblings by code. Units missing here are in a circle."""

    def __init__(self, parents: Iterable[tuple[UnitId, UnitId | None]]) -> None:
        """Take (unit, parent) pairs in the order in which siblings are to stand; roots have no parent."""
        self._parents = dict(parents)
        self._children: dict[UnitId | None, list[UnitId]] = {}
        for unit, parent in self._parents.items():
            self._children.setdefault(parent, []).append(unit)
        order: list[UnitId] = []
        above: list[int] = []
        # Positions, not ids: there are tens of thousands, and looking one up takes as long as all else here.
        waiting = [(root, -1) for root in reversed(self._children.get(None, []))]
        while waiting:
            unit, parent_position = waiting.pop()
            position = len(order)
            order.append(unit)
            above.append(parent_position)
            waiting += [(child, position) for child in reversed(self._children.get(unit, ()))]
        self.order = tuple(order)
        self._positions = {unit: position for position, unit in enumerate(order)}
        self._sizes = [1] * len(order)
        for position in range(len(order) - 1, -1, -1):
            if above[position] >= 0:
                self._sizes[above[position]] += self._sizes[position]

    def __contains__(self, unit: UnitId) -> bool:
        return unit in self._positions

    def span(self, unit: UnitId) -> range:
        """Return the positions in `order` of a unit and all below it; empty if it does not exist on the day."""
        start = self._positions.get(unit)
        return range(0) if start is None else range(start, start + self._sizes[start])

    def is_within(self, unit: UnitId, root: UnitId) -> bool:
        """Say whether a unit is another one or stands somewhere below it."""
        position = self._positions.get(unit)
        return position is not None and position in self.span(root)

    def parent(self, unit: UnitId) -> UnitId | None:
        """Return under which unit a unit stands; none for a root and for a unit that does not exist on the day."""
        return self._parents.get(unit)

    def children(self, unit: UnitId) -> tuple[UnitId, ...]:
        """Return the units directly below a unit, by code."""
        return tuple(self._children.get(unit, ()))
