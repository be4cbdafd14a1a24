"""Tips whose clocks are to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from runtime.database import Read
from services.tips.domain.tip import TipState
from services.tips.store.tips import TipRow

_tip = TipRow.__table__  # type: ignore[attr-defined]


async def find_tips(read: Read, ids: Sequence[UUID]) -> Sequence[Any]:
    """Return the rows of tips, without those that there are not."""
    return (await read.execute(select(_tip).where(_tip.c.id.in_(ids)).order_by(_tip.c.id))).all()


async def running_tips(read: Read) -> Sequence[Any]:
    """Return the tips with a clock that can run: those that are not closed."""
    return (await read.execute(select(_tip).where(_tip.c.state != TipState.CLOSED.value).order_by(_tip.c.id))).all()
