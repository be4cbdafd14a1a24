"""What happened to tips since each came to the unit that has it: which limits were missed, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from runtime.database import Read
from services.tips.store.tips import DEADLINE_MISSED, HistoryRow

_history = HistoryRow.__table__  # type: ignore[attr-defined]

_IDS_AT_ONCE = 5000
"""Ids in one statement: both databases limit the number of its parameters."""


async def missed_of(read: Read, tip: Any) -> dict[str, datetime]:
    """Return which limits are noted as missed since the tip came to its unit, by name, with the instants of then."""
    return (await missed_of_all(read, [tip])).get(tip.id, {})


async def missed_of_all(read: Read, tips: Sequence[Any]) -> dict[UUID, dict[str, datetime]]:
    """Return what `missed_of` does, for several tips; those with nothing missed are left out."""
    reached = {tip.id: tip.reached_at for tip in tips}
    found: dict[UUID, dict[str, datetime]] = {}
    ids = list(reached)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        mine = (_history.c.tip_id.in_(ids[start : start + _IDS_AT_ONCE]), _history.c.kind == DEADLINE_MISSED)
        for row in await read.execute(select(_history).where(*mine)):
            if row.occurred_at > reached[row.tip_id]:
                found.setdefault(row.tip_id, {})[row.facts["limit"]] = row.occurred_at
    return found


async def acts_of(read: Read, tip: Any, kind: str) -> Sequence[Any]:
    """Return the facts of a kind of happening since the tip came to its unit, in their order."""
    mine = (_history.c.tip_id == tip.id, _history.c.kind == kind, _history.c.occurred_at >= tip.reached_at)
    order = (_history.c.revision, _history.c.ordinal)
    return (await read.execute(select(_history.c.facts).where(*mine).order_by(*order))).scalars().all()
