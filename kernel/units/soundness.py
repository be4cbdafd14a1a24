"""Refuse units and successions that contradict each other, before anything is built on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from kernel.ids import UnitId
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
from kernel.units.unit import Placement, Succession, Unit

Units = Mapping[UnitId, Unit]


def ensure_sound(units: Units, successions: Sequence[Succession], change_days: Iterable[date]) -> None:
    """Refuse the first contradiction found.

    `change_days` are all days, ascending, on which anything in the units begins or ends.
    """
    for unit in units.values():
        _ensure_ends_after_beginning(unit)
    _ensure_codes_are_free(units)
    for unit in units.values():
        _ensure_always_placed(unit)
        for placement in unit.placements:
            _ensure_parent_exists(unit, placement, units)
    _ensure_no_circle(units, change_days)
    _ensure_bearers_are_clear(units, successions)


def _ensure_ends_after_beginning(unit: Unit) -> None:
    lives: tuple[Unit | Placement, ...] = (unit, *unit.placements)
    for each in lives:
        if each.valid_until is not None and each.valid_until <= each.valid_from:
            raise EndBeforeBeginning(
                unit_code=unit.code, name=unit.name, starts_on=each.valid_from, until=each.valid_until
            )


def _ensure_codes_are_free(units: Units) -> None:
    for first, second in pairwise(sorted(units.values(), key=lambda unit: (unit.code, unit.valid_from))):
        if first.code == second.code and first.exists_on(second.valid_from):
            raise UnitCodeTaken(unit_code=first.code, first=first.name, second=second.name, day=second.valid_from)


def _ensure_always_placed(unit: Unit) -> None:
    # Each place must begin where the one before it ended, the first with the unit.
    expected: date | None = unit.valid_from
    for placement in unit.placements:
        starts_on = max(placement.valid_from, unit.valid_from)
        if starts_on != expected:
            raise UnitMisplaced(unit_code=unit.code, name=unit.name, day=expected or starts_on)
        expected = placement.valid_until
    if expected is not None and (unit.valid_until is None or expected < unit.valid_until):
        raise UnitMisplaced(unit_code=unit.code, name=unit.name, day=expected)


def _ensure_parent_exists(unit: Unit, placement: Placement, units: Units) -> None:
    if placement.parent_id is None:
        return
    parent = units.get(placement.parent_id)
    starts_on = max(placement.valid_from, unit.valid_from)
    if parent is None or not parent.exists_on(starts_on):
        raise ParentMissing(unit_code=unit.code, name=unit.name, day=starts_on)
    until = min(placement.valid_until or date.max, unit.valid_until or date.max)
    if parent.valid_until is not None and parent.valid_until < until:
        raise ParentMissing(unit_code=unit.code, name=unit.name, day=parent.valid_until)


def _ensure_no_circle(units: Units, change_days: Iterable[date]) -> None:
    suspects = _units_with_circular_history(units)
    for day in change_days if suspects else ():
        for suspect in suspects:
            seen: set[UnitId] = set()
            above: UnitId | None = suspect.id
            while above is not None and above not in seen:
                seen.add(above)
                placement = units[above].placement_on(day)
                above = placement.parent_id if placement else None
            if above is not None:
                raise UnitsInCircle(unit_code=units[above].code, name=units[above].name, day=day)


def _units_with_circular_history(units: Units) -> list[Unit]:
    """Return what is left after taking away, again and again, the units all of whose parents have been taken away.

    Almost always nothing, so that the days need not be looked at one by one: two units that stood under each other
    at different times are rare.
    """
    below: dict[UnitId, list[UnitId]] = defaultdict(list)
    parents_left = {}
    for unit in units.values():
        parents = {placement.parent_id for placement in unit.placements if placement.parent_id is not None}
        parents_left[unit.id] = len(parents)
        for parent in parents:
            below[parent].append(unit.id)
    free = [unit for unit, count in parents_left.items() if count == 0]
    while free:
        for child in below[free.pop()]:
            parents_left[child] -= 1
            if parents_left[child] == 0:
                free.append(child)
    return [units[unit] for unit, count in parents_left.items() if count > 0]


def _ensure_bearers_are_clear(units: Units, successions: Sequence[Succession]) -> None:
    bearing_days: dict[UnitId, list[date]] = {}
    for succession in successions:
        for named in (succession.predecessor_id, succession.successor_id):
            if named not in units:
                raise UnknownUnit(unit=named)
        successor = units[succession.successor_id]
        if not successor.exists_on(succession.on):
            raise SuccessorMissing(unit_code=successor.code, name=successor.name, day=succession.on)
        days = bearing_days.setdefault(succession.predecessor_id, [])
        if succession.bears_duties:
            days.append(succession.on)
    for unit_id, days in bearing_days.items():
        unit = units[unit_id]
        # A unit that lives on bears its duties itself; one that ends hands them over on that very day, whole.
        if days != ([] if unit.valid_until is None else [unit.valid_until]):
            raise BearerUnclear(unit_code=unit.code, name=unit.name)
