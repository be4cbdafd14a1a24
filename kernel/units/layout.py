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
        self.order = tuple(self._walk())
        self._positions = {unit: position for position, unit in enumerate(self.order)}
        self._sizes = [1] * len(self.order)
        for position in range(len(self.order) - 1, -1, -1):
            parent = self._parents[self.order[position]]
            if parent is not None:
                self._sizes[self._positions[parent]] += self._sizes[position]

    def _walk(self) -> Iterable[UnitId]:
        waiting = self._children.get(None, [])[::-1]
        while waiting:
            unit = waiting.pop()
            yield unit
            waiting.extend(reversed(self._children.get(unit, ())))

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
