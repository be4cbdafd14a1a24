"""Choose units of a day for a list."""

from __future__ import annotations

from datetime import date

from kernel.ids import UnitId
from kernel.units import Unit, UnitTree
from services.plans.domain.refusals import UnitCodeUnknown


def unit_on(tree: UnitTree, code: str, day: date) -> UnitId:
    """Return the unit that has a code on a day.

    Raises:
        UnitCodeUnknown: None has.
    """
    unit = tree.find(code, day)
    if unit is None:
        raise UnitCodeUnknown(unit=code, day=day.isoformat())
    return unit.id


def choose_units(tree: UnitTree, day: date, *, under: UnitId | None, kind: str | None, beyond: str) -> list[Unit]:
    """Return the units that exist on a day, by code, those after the code `beyond`.

    `under` leaves only those below a unit, `kind` those of a kind or of a function.
    """
    layout = tree.on(day)
    ids = layout.order if under is None else [layout.order[at] for at in layout.span(under)[1:]]
    units = map(tree.get, ids)
    chosen = (unit for unit in units if unit.code > beyond and (kind is None or kind in (unit.kind, unit.function)))
    return sorted(chosen, key=lambda unit: unit.code)
