"""Count the open deadlines again when a day off is decided."""

from __future__ import annotations

from datetime import datetime

from kernel.calendar.days_off import Calendar
from runtime.database import Write
from services.tips.domain.deadline import next_due
from services.tips.store.tips import change_tip, running_tips
from services.tips.usecases.note_missed import deadlines_of


async def recalculate_deadlines(calendar: Calendar, now: datetime, *, tx: Write) -> None:
    """Move the next deadline of tips that run. One that has passed, noted or about to be, stays as it was."""
    for tip in await running_tips(tx):
        if tip.due_at is not None and tip.due_at <= now:
            continue
        following = next_due(deadlines_of(tip, calendar), now)
        due_at = None if following is None else following.due_at
        if due_at != tip.due_at:
            await change_tip(tx, tip, due_at=due_at)
