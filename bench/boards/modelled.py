"""The compliance board as pydantic models: the same board and the same counts, returned as FastAPI is usually used."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from kernel.clock import from_micros, legal_day
from kernel.ids import UnitId
from kernel.shares import Share
from services.reports.board import Question
from services.reports.board.compliance import ComplianceQuestion
from services.reports.board.kernels import side_by_side
from services.reports.board.memory import Memory, visible_at
from services.reports.board.shapes import standpoint
from services.reports.board.territory import territory
from services.reports.evaluation.compliance import Counts, Cube


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
    obligations: None


class Modelled(Question):
    """A question whose answer is left in `model`. No two are equal, so that none is answered from what is kept."""

    def __init__(self, asked: ComplianceQuestion) -> None:
        self._asked = asked
        self.model: ComplianceModel | None = None

    @property
    def as_of(self) -> datetime | None:
        return self._asked.as_of

    __hash__ = object.__hash__

    def answer(self, memory: Memory, t: int) -> bytes:
        self.model = _modelled(memory, self._asked, t)
        return b""


def _modelled(memory: Memory, asked: ComplianceQuestion, t: int) -> ComplianceModel:
    known_at = visible_at(memory, asked.known_at)
    covered = territory(memory, asked.unit_id, asked.plan, asked.tree, legal_day(from_micros(t)))
    _, cube = memory.book.tally(
        t,
        known_at,
        covered.layout,
        periods=len(memory.periods),
        rules=memory.rules_of(asked.plan),
        together=side_by_side,
    )
    top, *below = (
        _unit(memory, cube, unit_id, covered.places[unit_id]) for unit_id in (asked.unit_id, *covered.children())
    )
    seen_from = standpoint(memory, as_of=asked.as_of, known_at=asked.known_at, t=t)
    return ComplianceModel(
        standpoint=Standpoint(**{name: getattr(seen_from, name) for name in Standpoint.model_fields}),
        plan=asked.plan,
        unit=top.unit,
        tree=asked.tree,
        generating=memory.is_generating(asked.plan, known_at),
        counts=top.counts,
        periods=top.periods,
        units=[one for one in below if one.counts.total],
        obligations=None,
    )


def _unit(memory: Memory, cube: Cube, unit_id: UnitId, place: int) -> UnitCounts:
    unit = memory.reference.tree.get(unit_id)
    by_period = {
        period.key: counts
        for number, period in enumerate(memory.periods)
        if (counts := cube.counts(place, [number])).total
    }
    return UnitCounts(
        unit=UnitName(id=unit.id, code=unit.code, name=unit.name),
        counts=_counts(cube.counts(place)),
        periods={key: _counts(by_period[key]) for key in sorted(by_period)},
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
