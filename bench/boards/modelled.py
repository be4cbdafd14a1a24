"""The compliance board as pydantic models: the same board and the same counts, returned as FastAPI is usually used."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from kernel.ids import UnitId
from kernel.shares import Share
from services.reports.board import Question
from services.reports.board.memory import Memory
from services.reports.board.survey import Extent, Survey
from services.reports.evaluation.compliance import Counts


class Rate(BaseModel):
    n: int
    d: int


class StatusCounts(BaseModel):
    total: int
    on_time: int
    late: int
    returned: int
    overdue: int
    due_soon: int
    not_due: int
    excused: int
    undated: int
    requested: int
    expected_so_far: int
    reporting_rate: Rate
    on_time_rate: Rate


class Standpoint(BaseModel):
    as_of: datetime | None
    known_at: datetime
    revision: int | None
    epoch: UUID | None
    unchanged_since: datetime | None
    unchanged_until: datetime | None


class UnitName(BaseModel):
    id: UUID
    code: str
    name: str


class UnitCounts(BaseModel):
    unit: UnitName
    counts: StatusCounts
    periods: dict[str, StatusCounts]


class ComplianceModel(BaseModel):
    standpoint: Standpoint
    plan: str | None
    unit: UnitName
    tree: str
    generating: bool
    counts: StatusCounts
    periods: dict[str, StatusCounts]
    units: list[UnitCounts]


class Modelled(Question):
    """A question whose answer is left in `model`. No two are equal, so that none is answered from what is kept."""

    is_timed = False

    def __init__(self, asked: Extent) -> None:
        self._asked = asked
        self.model: ComplianceModel | None = None

    @property
    def as_of(self) -> datetime | None:
        return self._asked.as_of

    __hash__ = object.__hash__

    def answer(self, memory: Memory, t: int) -> bytes:
        self.model = _modelled(Survey(memory, self._asked, t))
        return b""


def _modelled(survey: Survey) -> ComplianceModel:
    asked, seen_from = survey.extent, survey.standpoint
    units = (asked.unit_id, *survey.territory.children())
    top, *below = (_unit(survey, place, unit_id) for place, unit_id in enumerate(units))
    return ComplianceModel(
        standpoint=Standpoint(**{name: getattr(seen_from, name) for name in Standpoint.model_fields}),
        plan=asked.plan,
        unit=top.unit,
        tree=asked.tree,
        generating=survey.is_growing,
        counts=top.counts,
        periods=top.periods,
        units=[one for one in below if one.counts.total],
    )


def _unit(survey: Survey, place: int, unit_id: UnitId) -> UnitCounts:
    unit, slots = survey.memory.reference.tree.get(unit_id), survey.memory.owed.slots
    by_slot = {slots[slot].key: _counts(counts) for slot, counts in survey.counted.by_slot(place, survey.slots)}
    return UnitCounts(
        unit=UnitName(id=unit.id, code=unit.code, name=unit.name),
        counts=_counts(survey.counted.counts(place, survey.slots)),
        periods={key: by_slot[key] for key in sorted(by_slot)},
    )


def _counts(counts: Counts) -> StatusCounts:
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
        expected_so_far=counts.expected_so_far,
        reporting_rate=_rate(counts.reporting_rate),
        on_time_rate=_rate(counts.on_time_rate),
    )


def _rate(share: Share) -> Rate:
    return Rate(n=share.numerator, d=share.denominator)
