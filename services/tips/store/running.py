"""Tips whose clocks are to be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from runtime.database import Read
from services.tips.store.tips import IS_OPEN, TipRow

_tip = TipRow.__table__  # type: ignore[attr-defined]


async def find_tips(read: Read, ids: Sequence[UUID]) -> Sequence[Any]:
    """Return the rows of tips, without those that there are not."""
    return (await read.execute(select(_tip).where(_tip.c.id.in_(ids)).order_by(_tip.c.id))).all()


async def running_tips(read: Read) -> Sequence[Any]:
    """Return the tips with a clock that can run: those that are not closed."""
    return (await read.execute(select(_tip).where(IS_OPEN).order_by(_tip.c.id))).all()


async def count_open(read: Read) -> Mapping[str, int]:
    """Return how many tips are in each state, but for closed ones."""
    counted = select(_tip.c.state, func.count().label("tips")).where(IS_OPEN).group_by(_tip.c.state)
    return {row.state: row.tips for row in await read.execute(counted)}
