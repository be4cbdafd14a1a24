"""Find the body of a house that is competent for a tip, by rules that hold on a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.events.tips import Category
from kernel.ids import UnitId
from kernel.units import UnitTree


@dataclass(frozen=True, slots=True)
class Route:
    """Where tips go once it is known what they are: exactly one of `function` and `to`."""

    id: UUID
    unit_id: UnitId
    """It holds for tips that come to this unit, or the one that bears its duties, or one below it."""
    category: Category | None
    """None: for every category that no other rule of the unit names."""
    function: str | None
    """What the competent body does (`police`): of each house its own."""
    to: UnitId | None
    """One certain unit, which is competent for the houses that it belongs to."""
    from_on: date
    until_on: date | None
    """Exclusive end."""

    def holds_for(self, category: Category, day: date) -> bool:
        """Say whether it holds on a day for what a tip is."""
        in_force = self.from_on <= day and (self.until_on is None or day < self.until_on)
        return in_force and self.category in (None, category)


def house_of(reached: UnitId, tree: UnitTree, day: date) -> UnitId:
    """Return the administrative unit that a unit is, or belongs to, on a day."""
    above = (reached, *tree.ancestors(reached, day))
    return next((one for one in above if tree.get(one).is_administrative), reached)


def rulers_of(unit: UnitId, tree: UnitTree, day: date) -> list[tuple[UnitId, ...]]:
    """Return whose rules lead tips of a unit on a day, the nearest first: its own, then those of each unit above it.

    The rules of a unit that is gone are those of the unit that bears its duties. A body had none: it has no house.
    """
    return [
        (one, *(gone for gone in tree.predecessors(one, day) if tree.get(gone).is_administrative))
        for one in (unit, *tree.ancestors(unit, day))
    ]


def competent_body(
    house: UnitId, category: Category, routes: Sequence[Route], tree: UnitTree, day: date
) -> tuple[Route, UnitId] | None:
    """Return the body of a house that looks into tips of a category, and by which rule; None if no rule names one.

    A rule of the house goes before those of units above it, a newer one before an older one. One that names nobody in
    this house, or several, leaves it to the next; but never to one for all of a unit that has one for the category.
    """
    for rulers in rulers_of(house, tree, day):
        own = [one for one in routes if one.unit_id in rulers and one.holds_for(category, day)]
        named = [one for one in own if one.category is not None]
        for route in sorted(named or own, key=lambda one: (one.from_on, one.id), reverse=True):
            bodies = list(_bodies(route, house, tree, day))
            if len(bodies) == 1:
                return route, bodies[0]
    return None


def _bodies(route: Route, house: UnitId, tree: UnitTree, day: date) -> Iterator[UnitId]:
    if route.to is None:
        below = tree.on(day).children(house)
        yield from (one for one in below if tree.get(one).function == route.function)
        return
    bearer = tree.bearer(route.to, day)
    if bearer is not None and tree.is_within(bearer, house, day):
        yield bearer
