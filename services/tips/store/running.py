"""Tips whose clocks are to be looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from runtime.database import Read
from services.tips.store.tips import IS_OPEN, TipRow

_tip = TipRow.__table__  # type: ignore[attr-defined]
_AT_ONCE = 500
"""Tips that are judged while everybody else waits: some 50 ms."""


async def find_tips(read: Read, ids: Sequence[UUID]) -> Sequence[Any]:
    """Return the rows of tips, without those that there are not."""
    return (await read.execute(select(_tip).where(_tip.c.id.in_(ids)).order_by(_tip.c.id))).all()


def running_tips(read: Read, units: Collection[UUID] | None = None) -> AsyncIterator[Sequence[Any]]:
    """Yield the tips with a clock that can run: those that are not closed."""
    return some_at_a_time(read, IS_OPEN, units=units)


async def some_at_a_time(
    read: Read, *conditions: ColumnElement[bool], units: Collection[UUID] | None
) -> AsyncIterator[Sequence[Any]]:
    """Yield tips, those that came first first. With `units` only those that one of them has.

    Nobody knows how many there are: after a flood, more than fit into the memory, and than are judged without a pause.
    """
    some = select(_tip).where(*conditions).order_by(_tip.c.id).limit(_AT_ONCE)
    if units is not None:
        some = some.where(_tip.c.responsible_id.in_(units))
    rows = (await read.execute(some)).all()
    while rows:
        yield rows
        rows = (await read.execute(some.where(_tip.c.id > rows[-1].id))).all()


async def count_open(read: Read) -> Mapping[str, int]:
    """Return how many tips are in each state, but for closed ones."""
    counted = select(_tip.c.state, func.count().label("tips")).where(IS_OPEN).group_by(_tip.c.state)
    return {row.state: row.tips for row in await read.execute(counted)}
