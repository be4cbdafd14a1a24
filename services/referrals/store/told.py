"""What the state of this service says that it has told: to be compared with the outbox."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from contracts.events.referrals import StatisticsReleased
from runtime.comparison import Fact, Told
from runtime.database import Read
from services.referrals.store.releases import ReleaseRow

_release = ReleaseRow.__table__  # type: ignore[attr-defined]


async def told(read: Read, after: int) -> Told:
    """Return what was told in transactions after a revision: the totals that were released, and nothing else."""
    released = select(_release.c.unit_id, _release.c.revision).where(_release.c.revision > after)
    rows = await read.execute(released)
    return Told(Counter(Fact(StatisticsReleased.type, str(row.unit_id), row.revision) for row in rows))
