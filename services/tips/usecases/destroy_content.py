"""Destroy what closed tips say, and who said it, when they were kept as long as is set."""

from __future__ import annotations

from datetime import datetime, timedelta

from runtime.database import Read, Write
from services.tips.store.retention import closed_by, destroy_keys, first_closed

BATCH = 100
"""Tips in one transaction, for which intake waits some milliseconds."""


class DestroyContent:
    """What the watch on contents does: it destroys their keys, which no backup of a later day has."""

    def __init__(self, days: int) -> None:
        """Take for how many days a content is kept, from the instant at which its tip was closed."""
        self._days = days
        self._kept = timedelta(days=days)

    async def next_at(self, read: Read) -> datetime | None:
        """Return when the next content is to be destroyed."""
        closed_at = await first_closed(read)
        return None if closed_at is None else closed_at + self._kept

    async def __call__(self, tx: Write, now: datetime) -> int:
        """Destroy some of the contents whose time has come by now, and return how many."""
        tip_ids = await closed_by(tx, now - self._kept, BATCH)
        if tip_ids:
            await destroy_keys(tx, tip_ids, now, {"days": self._days})
        return len(tip_ids)
