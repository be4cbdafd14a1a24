"""Look at tips whose clocks have rung: deadlines that are near, were missed, or stay so while units above are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.clock import legal_day
from runtime.alarms import Looked, start_clocks
from runtime.database import Additions, Write
from runtime.reference import Reference, ReferenceView
from services.tips.domain.alarm import Terms, fallen, next_look
from services.tips.domain.deadline import Step, next_due
from services.tips.law.alarms import terms_on
from services.tips.store.happenings import missed_of_all
from services.tips.store.running import find_tips
from services.tips.store.tips import change_tip
from services.tips.usecases.judge_deadlines import deadlines_of
from services.tips.usecases.note_missed import note_missed, to_alarm


class LookForAlarms:
    """What the watch on alarms asks: what has fallen due of some tips, and when to look again."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    async def __call__(self, tx: Write, ids: Sequence[UUID], now: datetime) -> Mapping[UUID, Looked]:
        """Look at tips as they stand now, in the tree of today; what was missed is noted with it."""
        # The newest view is what this transaction sees, which changes neither units nor days off; and it is kept.
        view = await self._reference.view()
        tips = await find_tips(tx, ids)
        noted = await missed_of_all(tx, tips)
        return {tip.id: await _look(tip, noted.get(tip.id, {}), view, now, tx) for tip in tips}


async def _look(tip: Any, noted: dict[str, datetime], view: ReferenceView, now: datetime, tx: Write) -> Looked:
    found, terms = deadlines_of(tip, view.calendar, noted), terms_of(tip)
    missed = await note_missed(tip, found, now, noted, tx=tx)
    causes = [*missed, *fallen(found, terms, now)]
    if missed:
        following = next_due(found, now)
        await change_tip(tx, tip, due_at=None if following is None else following.due_at)
    alarms = (to_alarm(one, tip, found, view.tree, legal_day(now)) for one in causes)
    return Looked([one for one in alarms if one is not None], next_look(found, terms, now))


def terms_of(tip: Any) -> Terms:
    """Return when alarms of a tip fall due."""
    return terms_on(legal_day(tip.reached_at))


def start_first_clock(additions: Additions, tip_id: UUID, due_at: datetime) -> None:
    """Set when a tip that has just come is to be looked at: when its first deadline is near."""
    start_clocks(additions, {tip_id: _first_near(due_at)})


def _first_near(due_at: datetime) -> datetime:
    lead: timedelta = terms_on(legal_day(due_at)).leads[Step.CLASSIFY]
    return due_at - lead
