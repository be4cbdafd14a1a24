"""Keep statistics that referrals released: the only figures on support that an indicator is judged by."""

from __future__ import annotations

from contracts.events.referrals import StatisticsReleased
from runtime.database import Write
from services.reports.store.releases import add_release


async def keep_release(event: StatisticsReleased, *, tx: Write) -> None:
    """Write a release down as it was told. Its group is in the names of its elements."""
    await add_release(
        tx,
        {
            "id": event.release_id,
            "unit_id": event.unit_id,
            "period": event.period,
            "elements": list(event.elements),
            "figures": event.figures,
            "suppressed": event.suppressed,
            "occurred_at": event.occurred_at,
        },
    )
