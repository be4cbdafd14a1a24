"""What figures of tips are counted from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from runtime.database import Read
from services.tips.domain.tip import Act
from services.tips.store.tips import HistoryRow, TipRow

_tip = TipRow.__table__  # type: ignore[attr-defined]
_history = HistoryRow.__table__  # type: ignore[attr-defined]

_NOT_COUNTED = {"salt", "digest", "leaf", "chain", "entry", "signing_key", "place", "number"}
_COLUMNS = [column for column in _tip.c if column.name not in _NOT_COUNTED]


_IDS_AT_ONCE = 5000
"""Ids in one statement: both databases limit the number of its parameters."""
_FINDINGS = (Act.CLASSIFY.value, Act.RECLASSIFY.value)


async def received_between(read: Read, units: Collection[UUID], since: datetime, until: datetime) -> Sequence[Any]:
    """Return how the tips stand that some units received at or after an instant, and before another."""
    found: list[Any] = []
    for some in _parts(units):
        asked = select(*_COLUMNS).where(*_received(some, since, until))
        found.extend(await read.execute(asked))
    return found


async def categories_at(read: Read, units: Collection[UUID], since: datetime, at: datetime) -> dict[UUID, str]:
    """Return as what tips were classified by an instant, of those that some units received since another."""
    found: dict[UUID, str] = {}
    for some in _parts(units):
        asked = (
            select(_history.c.tip_id, _history.c.facts)
            .join(_tip, _tip.c.id == _history.c.tip_id)
            .where(*_received(some, since, at), _history.c.kind.in_(_FINDINGS), _history.c.occurred_at < at)
            .order_by(_history.c.revision, _history.c.ordinal)
        )
        found |= {row.tip_id: row.facts["category"] for row in await read.execute(asked)}
    return found


def _received(units: Sequence[UUID], since: datetime, until: datetime) -> tuple[Any, ...]:
    return _tip.c.unit_id.in_(units), _tip.c.received_at >= since, _tip.c.received_at < until


def _parts(units: Collection[UUID]) -> Iterator[list[UUID]]:
    ids = list(units)
    return (ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE))
