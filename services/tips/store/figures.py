"""What figures of tips are counted from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from runtime.database import Read
from services.tips.store.tips import TipRow

_tip = TipRow.__table__  # type: ignore[attr-defined]

_NOT_COUNTED = {"salt", "digest", "leaf", "chain", "entry", "signing_key", "place", "number"}
_COLUMNS = [column for column in _tip.c if column.name not in _NOT_COUNTED]


async def received_between(read: Read, since: datetime, until: datetime) -> Sequence[Any]:
    """Return how the tips stand that were received at or after an instant, and before another."""
    asked = select(*_COLUMNS).where(_tip.c.received_at >= since, _tip.c.received_at < until)
    return (await read.execute(asked)).all()
