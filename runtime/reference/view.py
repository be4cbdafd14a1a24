"""The unit tree and the calendar as this service knows them, kept in memory and read again when they change."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from contracts.events.plans import DayDecision
from contracts.unit import Placement as PlacementRecord
from contracts.unit import UnitRecord
from kernel.calendar.days_off import LEGAL_CALENDAR, Calendar, Decision
from kernel.ids import UnitId
from kernel.units import Placement, Succession, Unit, UnitTree
from runtime.database import Database, Read
from runtime.reference.tables import day_decision, succession, unit, version


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """Units and calendar at one revision."""

    revision: int
    tree: UnitTree
    calendar: Calendar


class Reference:
    """Gives the newest view. Every replica reads its own and others' committed changes at the next question."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._view = ReferenceView(0, UnitTree((), ()), LEGAL_CALENDAR)
        self._turn = asyncio.Lock()

    async def view(self) -> ReferenceView:
        """Return the view at the newest committed revision."""
        async with self._turn, self._database.read() as read:
            return await self._current(read)

    async def view_in(self, read: Read) -> ReferenceView:
        """Return the view that a transaction sees, its own changes included. Not kept, but the kept one serves too."""
        seen, kept = await _revision(read), self._view
        return kept if kept.revision == seen else await _load(read, seen)

    async def _current(self, read: Read) -> ReferenceView:
        newest = await _revision(read)
        if newest != self._view.revision:
            self._view = await _load(read, newest)
        return self._view


async def _revision(read: Read) -> int:
    return (await read.execute(select(version.c.revision))).scalar_one_or_none() or 0


async def _load(read: Read, revision: int) -> ReferenceView:
    units = [_to_unit(row) for row in (await read.execute(select(unit))).all()]
    successions = [
        Succession(UnitId(row.predecessor_id), UnitId(row.successor_id), row.on, row.decision, row.bears_duties)
        for row in (await read.execute(select(succession))).all()
    ]
    calendar = LEGAL_CALENDAR
    # In any order: the calendar puts decisions into the order in which they were made.
    for row in (await read.execute(select(day_decision))).all():
        calendar = calendar.with_decision(_to_decision(row))
    return ReferenceView(revision, UnitTree(units, successions), calendar)


def to_decision(record: DayDecision) -> Decision:
    """Return the calendar's word for a decision on days off."""
    return Decision(
        decision=record.decision,
        decided_on=record.decided_on,
        days_off=record.days_off,
        worked=record.worked,
        completes=record.completes,
        reference=record.reference,
    )


def _to_unit(row: Any) -> Unit:
    # Not by way of `to_record`: what is in the table was checked when it came, and there are tens of thousands.
    return Unit(
        id=UnitId(row.id),
        code=row.code,
        name=row.name,
        kind=row.kind,
        function=row.function,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        placements=msgspec.convert(row.placements, tuple[Placement, ...]),
        members=msgspec.convert(row.members, tuple[UnitId, ...]),
    )


def to_kernel_unit(record: UnitRecord) -> Unit:
    """Return the tree's word for a unit."""
    return Unit(
        id=UnitId(record.unit_id),
        code=record.code,
        name=record.name,
        kind=record.kind,
        function=record.function,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        placements=tuple(_placement(placement) for placement in record.placements),
        members=tuple(UnitId(member) for member in record.members),
    )


def _placement(record: PlacementRecord) -> Placement:
    parent = None if record.parent_id is None else UnitId(record.parent_id)
    return Placement(parent, record.valid_from, record.valid_until)


def to_record(row: Any) -> UnitRecord:
    """Return the contract's word for a unit's row."""
    return UnitRecord(
        unit_id=row.id,
        code=row.code,
        name=row.name,
        kind=row.kind,
        function=row.function,
        agency_code=row.agency_code,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        placements=tuple(PlacementRecord.model_validate(placement) for placement in row.placements),
        members=tuple(UUID(member) for member in row.members),
    )


def _to_decision(row: Any) -> Decision:
    return Decision(
        decision=row.decision,
        decided_on=row.decided_on,
        days_off=tuple(date.fromisoformat(day) for day in row.days_off),
        worked=tuple(date.fromisoformat(day) for day in row.worked),
        completes=tuple(row.completes),
        reference=row.reference,
    )
