"""Plans told of a decision on days off."""

from __future__ import annotations

from contracts.events.plans import CalendarChanged
from runtime.database import Write
from runtime.reference import Reference, apply_calendar_change
from services.tips.usecases.recalculate_deadlines import recalculate_deadlines


class OnCalendarChanged:
    """Takes a decision over and moves the deadlines that it changes."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    async def __call__(self, event: CalendarChanged, tx: Write) -> None:
        await apply_calendar_change(event, tx)
        calendar = (await self._reference.view_in(tx)).calendar
        await recalculate_deadlines(calendar, tx.clock.now(), tx=tx)
