"""Questions to the unit tree's tables, which runtime keeps in every service's database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import or_, select

from contracts.unit import Succession, UnitRecord
from runtime.database import Read
from runtime.http.pages import Followed, rows_after
from runtime.reference.tables import succession, unit
from runtime.reference.view import to_record

T = TypeVar("T")

_NAMED_AT_ONCE = 1000
"""Values in one IN list: SQLite and PostgreSQL both bound the parameters of a statement."""


async def units_with_codes(read: Read, codes: Iterable[str]) -> Mapping[UUID, UnitRecord]:
    """Return every unit that ever had one of some codes."""
    records: dict[UUID, UnitRecord] = {}
    for some in _in_lots(codes):
        rows = (await read.execute(select(unit).where(unit.c.code.in_(some)))).all()
        records |= {row.id: to_record(row) for row in rows}
    return records


async def units_with_ids(read: Read, ids: Iterable[UUID]) -> Mapping[UUID, UnitRecord]:
    """Return some units by id."""
    records: dict[UUID, UnitRecord] = {}
    for some in _in_lots(ids):
        rows = (await read.execute(select(unit).where(unit.c.id.in_(some)))).all()
        records |= {row.id: to_record(row) for row in rows}
    return records


async def units_after(read: Read, *, after: int, limit: int) -> Followed:
    """Return the rows of units that changed after a revision."""
    return await rows_after(read, unit, after=after, limit=limit)


async def successions_from(read: Read, ids: Iterable[UUID]) -> Sequence[Succession]:
    """Return who follows some units."""
    found: list[Succession] = []
    for some in _in_lots(ids):
        rows = (await read.execute(select(succession).where(succession.c.predecessor_id.in_(some)))).all()
        found += [_to_succession(row) for row in rows]
    return found


async def successions_of(read: Read, unit_id: UUID) -> Sequence[Succession]:
    """Return whom a unit follows, and who follows it, in time order."""
    either = or_(succession.c.predecessor_id == unit_id, succession.c.successor_id == unit_id)
    rows = (await read.execute(select(succession).where(either).order_by(succession.c.on))).all()
    return [_to_succession(row) for row in rows]


def _to_succession(row: Any) -> Succession:
    return Succession(
        predecessor_id=row.predecessor_id,
        successor_id=row.successor_id,
        on=row.on,
        decision=row.decision,
        bears_duties=row.bears_duties,
    )


def _in_lots(values: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(dict.fromkeys(values))
    while lot := list(islice(waiting, _NAMED_AT_ONCE)):
        yield lot
