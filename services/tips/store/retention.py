"""Which tips' contents have been kept for how long, and the end of their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Index, and_, func, select, update

from runtime.crypto import DESTROYED
from runtime.database import Read, Write, insert_rows
from services.tips.store.tips import ContentRow, HistoryRow, InformantRow, TipRow

CONTENT_DESTROYED = "content_destroyed"
"""Kind of what the end of a period brings into a history."""

_tip = TipRow.__table__  # type: ignore[attr-defined]
_content = ContentRow.__table__  # type: ignore[attr-defined]
_informant = InformantRow.__table__  # type: ignore[attr-defined]
_history = HistoryRow.__table__  # type: ignore[attr-defined]

_KEPT = and_(_tip.c.closed_at.is_not(None), _tip.c.retained_at.is_(None), _tip.c.destroyed_at.is_(None))
"""Closed, and still there because nobody has had to destroy it yet: an index of its own finds these few."""
KEPT_INDEX = Index("ix_tip_kept", _tip.c.closed_at, sqlite_where=_KEPT, postgresql_where=_KEPT)


async def first_closed(read: Read) -> datetime | None:
    """Return when the tip was closed that was closed first, of those whose content is there and not retained."""
    found = await read.execute(select(func.min(_tip.c.closed_at)).where(_KEPT))
    return cast("datetime | None", found.scalar_one())


async def closed_by(read: Read, t: datetime, limit: int) -> Sequence[UUID]:
    """Return some tips that were closed at or before an instant, whose content is there and not retained."""
    found = select(_tip.c.id).where(_KEPT, _tip.c.closed_at <= t)
    return (await read.execute(found.order_by(_tip.c.closed_at, _tip.c.id).limit(limit))).scalars().all()


async def destroy_keys(tx: Write, tip_ids: Sequence[UUID], at: datetime, facts: Mapping[str, Any]) -> None:
    """Destroy the keys of what some tips say and of who said it, with all that these keys sealed, and note it.

    What was sealed stays, for the ledger is checked by its digest.
    """
    for table in (_content, _informant):
        await tx.execute(update(table).where(table.c.tip_id.in_(tip_ids)).values(key=DESTROYED))
    values = {"destroyed_at": tx.recorded_at, "unread_since": None, "etag": _tip.c.etag + 1, "revision": tx.number}
    await tx.execute(update(_tip).where(_tip.c.id.in_(tip_ids)).values(values))
    happened = {
        "revision": tx.number,
        "ordinal": 0,
        "kind": CONTENT_DESTROYED,
        "occurred_at": at,
        "recorded_at": tx.recorded_at,
        "by_unit": None,
        "client": None,
        "facts": facts,
        "note": None,
    }
    await insert_rows(tx.connection, _history, [{"tip_id": tip_id, **happened} for tip_id in tip_ids])
