"""Say under whose authority changes of the unit tree fall."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from contracts.unit import UnitRecord
from kernel.ids import UnitId
from kernel.units import UnitTree
from services.plans.domain.unit_changes import UnitChanges


def units_answering_for(changes: UnitChanges, known: Iterable[UnitRecord], tree: UnitTree, today: date) -> set[UnitId]:
    """Return the units for all of which a caller must act to make changes.

    A unit is in the hands of the one above it, before and after the change; where that one is gone or not there yet,
    of the next above. A new root is in the hands of all roots of today: of nobody, while the tree is empty.
    `known` are the changed units as they are now. Who follows whom touches both.
    """
    records = {record.unit_id: record for record in changes.units}
    units = {unit.id: unit for unit in tree}

    def nearest_above(parent_id: UUID | None) -> set[UnitId]:
        while parent_id is not None:
            unit = units.get(UnitId(parent_id))
            if unit is not None and tree.bearer(unit.id, today) is not None:
                return {unit.id}
            placed = records[parent_id] if parent_id in records else units[UnitId(parent_id)]
            parent_id = placed.placements[-1].parent_id
        return {unit_id for unit_id in tree.on(today).order if tree.parent(unit_id, today) is None}

    above = {record.placements[-1].parent_id for record in (*changes.units, *known)}
    for succession in changes.successions:
        parties = (units.get(UnitId(party)) for party in (succession.predecessor_id, succession.successor_id))
        above |= {party.placements[-1].parent_id for party in parties if party is not None}
    return set().union(*map(nearest_above, above))
