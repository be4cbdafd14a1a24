"""Plans told of a decision on days off."""

from __future__ import annotations

from contracts.events.plans import CalendarChanged
from runtime.database import Write
from runtime.reference import Reference, apply_calendar_change
from services.reports.usecases.recalculate_due_days import recalculate_due_days


class OnCalendarChanged:
    """Takes a decision over and moves the due instants that it changes."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    async def __call__(self, event: CalendarChanged, tx: Write) -> None:
        await apply_calendar_change(event, tx)
        calendar = (await self._reference.view_in(tx)).calendar
        await recalculate_due_days(calendar, event.decision.decision, tx=tx)
