"""Plans gave a plan a new version."""

from __future__ import annotations

from contracts.events.plans import PlanAmended
from runtime.database import Write
from runtime.reference import Reference
from services.reports.usecases.amend_obligations import amend_obligations


class OnPlanAmended:
    """Brings obligations into line with the new version."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    async def __call__(self, event: PlanAmended, tx: Write) -> None:
        calendar = (await self._reference.view_in(tx)).calendar
        await amend_obligations(event.plan, event.occurred_at, calendar, tx=tx)
