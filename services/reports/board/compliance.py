"""Who is late: statuses of obligations by unit and period, at any instant, as known at any other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

import msgspec
import numpy as np

from kernel.clock import from_micros, legal_day, to_micros
from kernel.ids import UnitId
from runtime.http.tables import csv_bytes
from services.reports.board.kernels import side_by_side
from services.reports.board.memory import Memory, visible_at
from services.reports.board.shapes import (
    Standpoint,
    StatusCounts,
    UnitName,
    encode,
    rate,
    standpoint,
    unit_name,
)
from services.reports.board.territory import TreeOf, territory
from services.reports.evaluation.compliance import Counts, Cube
from services.reports.evaluation.status import Status, Statuses

StatusName = Literal["on_time", "late", "returned", "overdue", "due_soon", "not_due", "excused", "undated", "requested"]


class ObligationStatus(msgspec.Struct, frozen=True):
    """How one obligation stands."""

    obligation_id: UUID
    plan: str
    rule: str
    unit: UnitName
    bearer: UnitName | None
    """Who bears the unit's duties on the day asked about, where that is another unit."""
    period: str
    title: str
    status: str
    due_at: datetime | None
    first_receipt_at: datetime | None


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
    obligations: list[ObligationStatus] | None
    """Each single one, where asked for by `detail=obligations`."""


@dataclass(frozen=True, slots=True)
class ComplianceQuestion:
    """Which obligations, from where."""

    unit_id: UnitId
    plan: str | None = None
    as_of: datetime | None = None
    known_at: datetime | None = None
    tree: TreeOf = "then"
    detail: Literal["units", "obligations"] = "units"
    status: StatusName | None = None
    """Of the single obligations, only those with this status."""
    form: Literal["json", "csv"] = "json"

    def answer(self, memory: Memory, t: int) -> bytes:
        """Return the board as JSON or CSV."""
        known_at = visible_at(memory, self.known_at)
        view = _View(memory, self, t)
        statuses, counted = view.counted()
        details = view.details(statuses) if self.detail == "obligations" else None
        if self.form == "csv":
            return _details_csv(details) if details is not None else _units_csv(counted)
        return encode(
            ComplianceAnswer(
                standpoint=standpoint(memory, as_of=self.as_of, known_at=self.known_at, t=t),
                plan=self.plan,
                unit=unit_name(memory, self.unit_id),
                tree=self.tree,
                generating=memory.is_generating(self.plan, known_at),
                counts=counted[0].counts,
                periods=counted[0].periods,
                units=counted[1:],
                obligations=details,
            )
        )


class _View:
    """One question's way through the memory."""

    def __init__(self, memory: Memory, question: ComplianceQuestion, t: int) -> None:
        self._memory = memory
        self._question = question
        self._t = t
        self._known_at = visible_at(memory, question.known_at)
        self._today = legal_day(from_micros(t))
        self._territory = territory(memory, question.unit_id, question.plan, question.tree, self._today)

    def counted(self) -> tuple[Statuses, list[UnitCounts]]:
        """Return the statuses of what is asked about, and counts: of the unit asked about, then of each directly below.

        Units that owe nothing are left out, but for the first.
        """
        memory, question = self._memory, self._question
        statuses, found = memory.owed.book.tally(
            self._t,
            self._known_at,
            self._territory.layout,
            slots=len(memory.owed.slots),
            rules=memory.rules_of(question.plan),
            together=side_by_side,
        )
        units = (question.unit_id, *self._territory.children())
        top, *below = (self._of_unit(found, place, unit_id) for place, unit_id in enumerate(units))
        return statuses, [top, *(one for one in below if one.counts.total)]

    def details(self, statuses: Statuses) -> list[ObligationStatus]:
        """Return each obligation that exists at the instant, by due instant, rule and unit."""
        slugs = {plan_id: slug for slug, plan_id in self._memory.plan_ids.items()}
        found = [
            self._detail(number, slugs, Status(int(statuses[number])).label)
            for number in np.flatnonzero(statuses != Status.ABSENT).tolist()
        ]
        wanted = (one for one in found if self._question.status in (None, one.status))
        return sorted(wanted, key=_by_due)

    def _detail(self, number: int, slugs: dict[UUID, str], status: str) -> ObligationStatus:
        row = self._memory.owed.row(number)
        standing = self._memory.owed.book.standing(number, self._t, self._known_at)
        bearer = self._memory.reference.tree.bearer(UnitId(row.unit_id), self._today)
        return ObligationStatus(
            obligation_id=row.id,
            plan=slugs[row.plan_id],
            rule=row.rule,
            unit=unit_name(self._memory, row.unit_id),
            bearer=None if bearer in (None, row.unit_id) else unit_name(self._memory, bearer),
            period=row.period,
            title=row.title,
            status=status,
            due_at=None if standing.due_at is None else from_micros(standing.due_at),
            first_receipt_at=None if standing.first_receipt_at is None else from_micros(standing.first_receipt_at),
        )

    def _of_unit(self, found: Cube, place: int, unit_id: UnitId) -> UnitCounts:
        slots = self._memory.owed.slots
        periods = {slots[slot]: shown_counts(counts) for slot, counts in found.by_slot(place)}
        in_order = {key: periods[key] for key in sorted(periods)}
        return UnitCounts(unit_name(self._memory, unit_id), shown_counts(found.counts(place)), in_order)


def _by_due(one: ObligationStatus) -> tuple[bool, int, str, str, str, str, UUID]:
    """Order by due instant, undated ones last; the id makes it the same order in every process."""
    due = 0 if one.due_at is None else to_micros(one.due_at)
    return one.due_at is None, due, one.plan, one.rule, one.unit.code, one.period, one.obligation_id


def shown_counts(counts: Counts) -> StatusCounts:
    """Return counts as they are shown."""
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
        reporting_rate=rate(counts.reporting_rate),
        on_time_rate=rate(counts.on_time_rate),
    )


_COUNTED = ("total", *get_args(StatusName))


def _units_csv(counted: list[UnitCounts]) -> bytes:
    rows = [
        (one.unit.code, one.unit.name, period, *(getattr(counts, name) for name in _COUNTED))
        for one in counted
        for period, counts in {"": one.counts, **one.periods}.items()
    ]
    return csv_bytes(("unit", "name", "period", *_COUNTED), rows)


def _details_csv(details: list[ObligationStatus]) -> bytes:
    columns = ("plan", "rule", "period", "unit", "name", "bearer", "status", "due_at", "first_receipt_at", "id")
    rows = [
        (
            one.plan,
            one.rule,
            one.period,
            one.unit.code,
            one.unit.name,
            one.bearer.code if one.bearer else None,
            one.status,
            one.due_at and one.due_at.isoformat(),
            one.first_receipt_at and one.first_receipt_at.isoformat(),
            one.obligation_id,
        )
        for one in details
    ]
    return csv_bytes(columns, rows)
