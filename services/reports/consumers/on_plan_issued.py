"""Plans issued a plan: its units owe reports from its effective instant on."""

from __future__ import annotations

from contracts.events.plans import PlanIssued
from runtime.database import Database, Write
from runtime.reference import Reference
from services.reports.usecases.generate_obligations import finish_generation, generate_obligations


class OnPlanIssued:
    """Makes obligations in chunks, and then notes that all are there, with the event."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    async def prepare(self, event: PlanIssued, database: Database) -> None:
        """Make the obligations, in transactions of their own."""
        calendar = (await self._reference.view()).calendar
        await generate_obligations(event.plan, event.occurred_at, calendar, database)

    async def __call__(self, event: PlanIssued, tx: Write) -> None:
        await finish_generation(event.plan, tx=tx)
