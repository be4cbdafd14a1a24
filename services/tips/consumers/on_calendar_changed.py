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
        before = await self._reference.view_in(tx)
        await apply_calendar_change(event, tx)
        after = await self._reference.view_in(tx)
        await recalculate_deadlines(event.decision.decision, before, after, tx.clock.now(), tx=tx)
