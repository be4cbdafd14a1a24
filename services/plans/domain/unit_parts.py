"""Cut the changes of a decision into events: numbered parts of a bounded size, parents before children."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from contracts.events.plans import UnitsChanged
from contracts.unit import UnitRecord
from services.plans.domain.unit_changes import UnitChanges

LARGEST_PART = 500
"""Units in one event at most (the contract's bound)."""


def in_parts(changes: UnitChanges, *, decision_id: UUID, decision: str) -> Iterator[UnitsChanged]:
    """Yield the events of a decision in order; none if it changes nothing.

    Successions come with the last part, with which all takes effect.
    """
    units = parents_first(changes.units)
    parts = parts_of(units=len(units), successions=len(changes.successions))
    for part in range(1, parts + 1):
        yield UnitsChanged(
            decision_id=decision_id,
            decision=decision,
            part=part,
            parts=parts,
            units=units[(part - 1) * LARGEST_PART : part * LARGEST_PART],
            successions=changes.successions if part == parts else (),
        )


def parts_of(*, units: int, successions: int) -> int:
    """Return how many events tell of so many changes."""
    return max(-(-units // LARGEST_PART), 1 if successions else 0)


def parents_first(records: tuple[UnitRecord, ...]) -> tuple[UnitRecord, ...]:
    """Return units so that each comes after the one under which it began."""
    by_id = {record.unit_id: record for record in records}
    depths: dict[UUID, int] = {}
    return tuple(sorted(records, key=lambda record: (_depth(record, by_id, depths), record.code, record.valid_from)))


def _depth(record: UnitRecord, by_id: Mapping[UUID, UnitRecord], depths: dict[UUID, int]) -> int:
    """Say how many of these units stand above one on its first day.

    First places cannot form a circle: each parent began no later than its child, and the tree of one day has none.
    """
    depth = depths.get(record.unit_id)
    if depth is None:
        parent_id = record.placements[0].parent_id
        parent = None if parent_id is None else by_id.get(parent_id)
        depth = 0 if parent is None else _depth(parent, by_id, depths) + 1
        depths[record.unit_id] = depth
    return depth
