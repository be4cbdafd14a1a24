"""Plans closed a plan."""

from __future__ import annotations

from contracts.events.plans import PlanClosed
from runtime.database import Write
from services.reports.store.plans import note_closed


async def on_plan_closed(event: PlanClosed, tx: Write) -> None:
    """Note it. What was owed stays owed."""
    await note_closed(tx, event.plan_id, event.occurred_at)
