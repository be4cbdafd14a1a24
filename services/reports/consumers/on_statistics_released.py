"""Referrals released statistics."""

from __future__ import annotations

from contracts.events.referrals import StatisticsReleased
from runtime.database import Write
from services.reports.usecases.keep_release import keep_release


async def on_statistics_released(event: StatisticsReleased, tx: Write) -> None:
    """Keep them: indicators on support are looked up in them."""
    await keep_release(event, tx=tx)
