"""How many obligations have which status, by unit and period, at any instant, as known at any other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import msgspec

from kernel.ids import UnitId
from services.reports.board.memory import Memory
from services.reports.board.shapes import (
    Rate,
    Standpoint,
    StatusCounts,
    UnitName,
    encode,
    unit_name,
)
from services.reports.board.survey import Extent, Survey
from services.reports.evaluation.compliance import Counts


class UnitCounts(msgspec.Struct, frozen=True):
    """A unit with all below it, in all periods and in each."""

    unit: UnitName
    counts: StatusCounts
    periods: dict[str, StatusCounts]


class ComplianceAnswer(msgspec.Struct, frozen=True):
    """The compliance board."""

    standpoint: Standpoint
    plan: str | None
    unit: UnitName
    tree: str
    generating: bool
    """Obligations are still being made: what is counted is not all."""
    counts: StatusCounts
    periods: dict[str, StatusCounts]
    units: list[UnitCounts]
    """Each unit directly below that owes anything, with all below it."""


@dataclass(frozen=True, slots=True)
class ComplianceQuestion:
    """Which obligations, counted from where."""

    extent: Extent

    is_timed: ClassVar[bool] = False

    @property
    def as_of(self) -> datetime | None:
        return self.extent.as_of

    def answer(self, memory: Memory, t: int) -> bytes:
        """Return the board as JSON."""
        extent = self.extent
        survey = Survey(memory, extent, t)
        whole, *below = _counted(survey)
        return encode(
            ComplianceAnswer(
                standpoint=survey.standpoint,
                plan=extent.plan,
                unit=whole.unit,
                tree=extent.tree,
                generating=survey.is_growing,
                counts=whole.counts,
                periods=whole.periods,
                units=below,
            )
        )


def _counted(survey: Survey) -> list[UnitCounts]:
    """Return counts: of the unit asked about, then of each directly below that owes anything."""
    units = (survey.extent.unit_id, *survey.territory.children())
    whole, *below = (_of_unit(survey, unit_id, place) for place, unit_id in enumerate(units))
    return [whole, *(one for one in below if one.counts.total)]


def _of_unit(survey: Survey, unit_id: UnitId, place: int) -> UnitCounts:
    slots = survey.memory.owed.slots
    by_slot = {slots[number].key: _shown(counts) for number, counts in survey.counted.by_slot(place, survey.slots)}
    whole = _shown(survey.counted.counts(place, survey.slots))
    return UnitCounts(unit_name(survey.memory, unit_id), whole, {key: by_slot[key] for key in sorted(by_slot)})


def _shown(counts: Counts) -> StatusCounts:
    expected = counts.expected_so_far
    return StatusCounts(
        total=counts.total,
        on_time=counts.on_time,
        late=counts.late,
        returned=counts.returned,
        overdue=counts.overdue,
        due_soon=counts.due_soon,
        not_due=counts.not_due,
        excused=counts.excused,
        undated=counts.undated,
        requested=counts.requested,
        expected_so_far=expected,
        # Not by way of `Share`: a board has thousands of them.
        reporting_rate=Rate(counts.received, expected),
        on_time_rate=Rate(counts.on_time, expected),
    )
