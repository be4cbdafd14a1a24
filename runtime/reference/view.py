"""The unit tree and the calendar as this service knows them, kept in memory and read again when they change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
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
from runtime.database.revision import NEWEST, Revision, to_revision
from runtime.reference.tables import day_decision, succession, unit, version
from runtime.shared import Shared


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """Units and calendar at one revision."""

    revision: int
    tree: UnitTree
    calendar: Calendar


class Look(NamedTuple):
    """What a look at the database found."""

    newest: Revision
    """The newest committed transaction."""
    reference: ReferenceView
    """Units and calendar as of that transaction."""


class Reference:
    """Gives the newest view. Every replica reads its own and others' committed changes at the next question."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: Look | None = None
        self._looks = Shared(self._look)

    def start_from(self, look: Look) -> None:
        """Go on from what an earlier process found: it is read again only if it has changed since."""
        if self._kept is None:
            self._kept = look

    async def look(self) -> Look:
        """Return the newest committed revision, with the view at it. Who waits at the same time shares one look."""
        return await self._looks()

    @property
    def seen(self) -> ReferenceView | None:
        """The view that the last look found, if there was one; no look is taken for it."""
        return self._kept.reference if self._kept else None

    async def view(self) -> ReferenceView:
        """Return the view at the newest committed revision."""
        return (await self.look()).reference

    async def view_in(self, read: Read) -> ReferenceView:
        """Return the view that a transaction sees, its own changes included. Not kept, but the kept one serves too."""
        seen, kept = await _revision(read), self._kept
        return kept.reference if kept is not None and kept.reference.revision == seen else await _load(read, seen)

    async def _look(self) -> Look:
        found, kept = await self._database.glance(_LOOK), self._kept
        newest, seen = to_revision(found), found.reference or 0
        if kept is not None and (kept.newest.epoch, kept.reference.revision) == (newest.epoch, seen):
            self._kept = Look(newest, kept.reference)
        else:
            async with self._database.read() as read:
                self._kept = Look(await read.newest(), await _load(read, await _revision(read)))
        return self._kept


_REVISION = select(version.c.revision)
_LOOK = NEWEST.add_columns(_REVISION.scalar_subquery().label("reference"))


async def _revision(read: Read) -> int:
    return (await read.execute(_REVISION)).scalar_one_or_none() or 0


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
