"""Count the open deadlines again when days off are decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.clock import legal_day
from runtime.alarms import raise_alarms, set_clocks
from runtime.database import Write
from runtime.reference import ReferenceView
from services.tips.domain.alarm import next_ring
from services.tips.domain.deadline import next_due
from services.tips.store.happenings import missed_of_all
from services.tips.store.running import running_tips
from services.tips.store.tips import DEADLINES_MOVED, change_tip, note_happening
from services.tips.usecases.judge_deadlines import deadlines_of
from services.tips.usecases.look_for_alarms import terms_of
from services.tips.usecases.note_missed import note_missed, to_alarm


async def recalculate_deadlines(
    decision: str, before: ReferenceView, after: ReferenceView, now: datetime, *, tx: Write
) -> None:
    """Move the deadlines of tips that run, with a trace in their histories. One that has passed stays as it was."""
    async for tips in running_tips(tx):
        noted = await missed_of_all(tx, tips)
        for tip in tips:
            await _recalculate(tip, noted.get(tip.id, {}), decision, before, after, now, tx)


async def _recalculate(
    tip: Any,
    noted: dict[str, datetime],
    decision: str,
    before: ReferenceView,
    after: ReferenceView,
    now: datetime,
    tx: Write,
) -> None:
    old = deadlines_of(tip, before.calendar, noted)
    # What had passed by now is noted first, where it was: it may be that nobody was there yet.
    missed = await note_missed(tip, old, now, noted, tx=tx)
    alarms = (to_alarm(one, tip, old, after.tree, legal_day(now)) for one in missed)
    await raise_alarms(tx, {tip.id: [one for one in alarms if one is not None]})
    new = deadlines_of(tip, after.calendar, noted)
    moved = {
        one.limit.name: one.due_at.isoformat()
        for one, was in zip(new, old, strict=True)
        if one.done_at is None and one.due_at != was.due_at
    }
    if not moved and not missed:
        return
    if moved:
        await note_happening(tx, tip.id, DEADLINES_MOVED, now, {"decision": decision, "due": moved})
    following = next_due(new, now)
    await change_tip(tx, tip, due_at=None if following is None else following.due_at)
    await set_clocks(tx, {tip.id: next_ring(new, terms_of(tip), now)})
