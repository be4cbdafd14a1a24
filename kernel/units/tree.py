"""Answer who stands where on a day, and who bears the duties of units that are gone."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import groupby
from typing import NamedTuple

from kernel.ids import UnitId
from kernel.units.layout import Layout, TreeOn, lay_out
from kernel.units.problems import UnknownUnit
from kernel.units.soundness import ensure_sound
from kernel.units.unit import Succession, Unit

_LAYOUTS_KEPT = 8
"""Layouts are alike between two changes, and questions are asked around a few: now, the year's start, a merger."""


class Kept(NamedTuple):
    """What makes a tree out, to be kept as it is."""

    units: list[Unit]
    """By code and first day."""
    successions: tuple[Succession, ...]
    """Who follows whom."""
    changes: list[date]
    """All days on which anything begins or ends, in order."""
    layouts: dict[int, Layout]
    """Those that were made last, by their era."""


class UnitTree:
    """All units with their histories. Immutable: changes make a new tree.

    `successions` say who follows whom. Questions take and give ids; `get` turns one into a unit.
    A unit that does not exist on the day asked about has no parent, ancestors, children or subtree then.

    Raises:
        EndBeforeBeginning, UnitCodeTaken, UnitMisplaced, ParentMissing, UnitsInCircle: Units contradict each other.
        BearerUnclear, SuccessorMissing, UnknownUnit: A succession contradicts them.
    """

    def __init__(self, units: Iterable[Unit] = (), successions: Iterable[Succession] = ()) -> None:
        by_id = {unit.id: unit for unit in units}
        in_code_order = sorted(by_id.values(), key=_by_code_and_age)
        changes = sorted({day for unit in in_code_order for day in _change_days(unit)})
        by_pair = {(each.predecessor_id, each.successor_id): each for each in successions}
        ensure_sound({unit.id: unit for unit in in_code_order}, tuple(by_pair.values()), changes)
        self._take(Kept(in_code_order, tuple(by_pair.values()), changes, {}))

    @classmethod
    def from_kept(cls, kept: Kept) -> UnitTree:
        """Return the tree that said this of itself: nothing is looked into again."""
        tree = cls.__new__(cls)
        tree._take(kept)
        return tree

    @property
    def kept(self) -> Kept:
        """All that makes the tree out."""
        return Kept(self._units, self.successions, self._changes, self._layouts)

    def _take(self, kept: Kept) -> None:
        self._units, self.successions, self._changes, self._layouts = kept
        self._ids = [unit.id for unit in self._units]
        self._numbers = {unit_id: number for number, unit_id in enumerate(self._ids)}
        self._heirs = {each.predecessor_id: each.successor_id for each in self.successions if each.bears_duties}
        self._bequests: dict[UnitId, list[UnitId]] = defaultdict(list)
        for predecessor, successor in self._heirs.items():
            self._bequests[successor].append(predecessor)
        self._layout_since = lru_cache(maxsize=_LAYOUTS_KEPT)(self._lay_out)

    def with_changes(self, units: Iterable[Unit] = (), successions: Iterable[Succession] = ()) -> UnitTree:
        """Return the tree with new units, new versions of units (by id), and more successions."""
        return UnitTree((*self._units, *units), (*self.successions, *successions))

    def __len__(self) -> int:
        return len(self._units)

    def __contains__(self, unit_id: UnitId) -> bool:
        return unit_id in self._numbers

    def __iter__(self) -> Iterator[Unit]:
        """Every unit that ever existed, by code and first day."""
        return iter(self._units)

    def get(self, unit_id: UnitId) -> Unit:
        """Return a unit.

        Raises:
            UnknownUnit: No unit has this id.
        """
        number = self._numbers.get(unit_id)
        if number is None:
            raise UnknownUnit(unit=unit_id)
        return self._units[number]

    def find(self, code: str, day: date) -> Unit | None:
        """Return the unit that has a code on a day: codes are used again (16777 was a town, then a commune)."""
        return next((unit for unit in self._by_code.get(code, ()) if unit.exists_on(day)), None)

    @cached_property
    def _by_code(self) -> Mapping[str, Sequence[Unit]]:
        return {code: list(units) for code, units in groupby(self._units, key=lambda unit: unit.code)}

    def era(self, day: date) -> int:
        """Return how many changes had passed: the same for all days between two."""
        return bisect_right(self._changes, day)

    def on(self, day: date) -> TreeOn:
        """Return the depth-first layout of a day; the same object for all days between two changes."""
        return self._layout_since(self.era(day))

    def _lay_out(self, era: int) -> TreeOn:
        if era not in self._layouts:
            placed = () if era == 0 else self._placed_on(self._changes[era - 1])
            self._layouts[era] = lay_out(placed, len(self._units))
            while len(self._layouts) > _LAYOUTS_KEPT:
                self._layouts.pop(next(iter(self._layouts)), None)
        return TreeOn(self._layouts[era], self._ids, self._numbers)

    def _placed_on(self, day: date) -> Iterator[tuple[int, int | None]]:
        for number, unit in enumerate(self._units):
            placement = unit.placement_on(day)
            if placement is not None:
                yield number, None if placement.parent_id is None else self._numbers[placement.parent_id]

    def parent(self, unit_id: UnitId, day: date) -> UnitId | None:
        """Return the unit directly above."""
        placement = self.get(unit_id).placement_on(day)
        return None if placement is None else placement.parent_id

    def ancestors(self, unit_id: UnitId, day: date) -> tuple[UnitId, ...]:
        """Return the units above, the nearest first."""
        above = []
        parent = self.parent(unit_id, day)
        while parent is not None:
            above.append(parent)
            parent = self.parent(parent, day)
        return tuple(above)

    def root(self, unit_id: UnitId, day: date) -> UnitId:
        """Return the topmost unit above, or the unit itself if nothing is above it."""
        return (unit_id, *self.ancestors(unit_id, day))[-1]

    def children(self, unit_id: UnitId, day: date) -> tuple[UnitId, ...]:
        """Return the units directly below, by code."""
        return self.on(day).children(self.get(unit_id).id)

    def subtree(self, unit_id: UnitId, day: date) -> tuple[UnitId, ...]:
        """Return the unit itself and all below it, depth first, siblings by code."""
        layout = self.on(day)
        span = layout.span(self.get(unit_id).id)
        return layout.order[span.start : span.stop]

    def below(
        self, unit_id: UnitId, day: date, *, kinds: Collection[str] = (), depth: int | None = None
    ) -> Iterator[UnitId]:
        """Yield the units below a unit, depth first: those of some reporter kinds, at most `depth` levels down.

        Any kind where `kinds` is empty.
        """
        layout = self.on(day)
        depths = {unit_id: 0}
        for position in layout.span(self.get(unit_id).id)[1:]:
            unit = layout.order[position]
            parent = layout.parent(unit)
            # Everything but the top itself stands under a unit that came before it.
            depths[unit] = depths[parent] + 1 if parent is not None else 0
            is_near = depth is None or depths[unit] <= depth
            if is_near and (not kinds or self.get(unit).reporter_kind in kinds):
                yield unit

    def is_within(self, unit_id: UnitId, root_id: UnitId, day: date) -> bool:
        """Say whether a unit is another one, or stands somewhere below it, on a day."""
        return self.on(day).is_within(self.get(unit_id).id, self.get(root_id).id)

    def bearer(self, unit_id: UnitId, day: date) -> UnitId | None:
        """Return who bears a unit's duties on a day: itself while it exists, then its heir, or the heir's heir.

        None before the unit exists, and where a unit was dissolved without a successor.
        """
        unit = self.get(unit_id)
        if day < unit.valid_from:
            return None
        # Ends: an heir exists on the day its predecessor ends, so that every step leads to a later end.
        while not unit.exists_on(day):
            heir = self._heirs.get(unit.id)
            if heir is None:
                return None
            unit = self.get(heir)
        return unit.id

    def predecessors(self, unit_id: UnitId, day: date) -> tuple[UnitId, ...]:
        """Return all units that are gone on a day and whose duties the unit bears then, by code and first day."""
        if not self.get(unit_id).exists_on(day):
            return ()
        gone = []
        waiting = list(self._bequests.get(unit_id, ()))
        while waiting:
            unit = self.get(waiting.pop())
            if not unit.exists_on(day) and unit.valid_from <= day:
                gone.append(unit)
                waiting.extend(self._bequests.get(unit.id, ()))
        return tuple(unit.id for unit in sorted(gone, key=_by_code_and_age))


def _by_code_and_age(unit: Unit) -> tuple[str, date]:
    return unit.code, unit.valid_from


def _change_days(unit: Unit) -> Iterator[date]:
    yield unit.valid_from
    if unit.valid_until is not None:
        yield unit.valid_until
    for placement in unit.placements:
        yield placement.valid_from
        if placement.valid_until is not None:
            yield placement.valid_until
