"""Plans told of a decision on days off."""

from __future__ import annotations

from contracts.events.plans import CalendarChanged
from runtime.database import Write
from runtime.reference import apply_calendar_change


async def on_calendar_changed(event: CalendarChanged, tx: Write) -> None:
    """Take the decision over. Nothing here is due on working days: no instant moves."""
    await apply_calendar_change(event, tx)
