"""Note that deadlines passed: once each, whether somebody acts on the tip or only the clock moved on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from contracts.events.tips import Category, TipDeadlineMissed
from kernel.calendar.days_off import Calendar
from kernel.clock import legal_day
from runtime.database import Write
from runtime.reference import Reference
from services.tips.domain.deadline import Deadline, Progress, deadlines, missed_by, next_due
from services.tips.law.clocks import limits_of
from services.tips.store.tips import DEADLINE_MISSED, change_tip, due_by, note_happening, steps_missed

_AT_ONCE = 100
"""Tips in one transaction at most."""


def deadlines_of(tip: Any, calendar: Calendar, **changed: Any) -> tuple[Deadline, ...]:
    """Return the deadlines of a tip, as if some columns had changed already."""
    stands = {name: getattr(tip, name) for name in ("received_at", "classified_at", "accepted_at", "handled_at")}
    known = {name: value for name, value in changed.items() if name in stands}
    category = changed.get("category", tip.category)
    limits = limits_of(None if category is None else Category(category), legal_day(tip.received_at))
    return deadlines(limits, Progress(**stands | known), calendar)


async def note_missed(tip: Any, found: Sequence[Deadline], by: datetime, *, tx: Write) -> set[str]:
    """Note those deadlines that had been missed by an instant and are not noted yet; return the steps of all noted.

    What was noted stays noted: a deadline that has passed does not change, also when a day off is decided later.
    """
    noted = await steps_missed(tx, tip.id)
    for one in missed_by(found, by):
        if one.step.value not in noted:
            noted.add(one.step.value)
            facts = {"step": one.step.value, "reference": one.reference}
            await note_happening(tx, tip.id, DEADLINE_MISSED, one.due_at, facts)
            tx.publish(
                TipDeadlineMissed(
                    tip_id=tip.id,
                    unit_id=tip.unit_id,
                    received_at=tip.received_at,
                    occurred_at=one.due_at,
                    late=True,
                    step=one.step.value,
                )
            )
    return noted


def is_late(found: Sequence[Deadline], noted: Collection[str]) -> bool:
    """Say whether a tip is late as what it is now: a deadline of a category that it no longer has does not count."""
    return any(one.step.value in noted for one in found)


class NoteMissedDeadlines:
    """What the watch on deadlines does."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    async def __call__(self, tx: Write, now: datetime) -> int:
        """Note what was missed by now of some tips, and return of how many."""
        calendar = (await self._reference.view_in(tx)).calendar
        due = await due_by(tx, now, _AT_ONCE)
        for tip in due:
            found = deadlines_of(tip, calendar)
            await note_missed(tip, found, now, tx=tx)
            following = next_due(found, now)
            await change_tip(tx, tip, due_at=None if following is None else following.due_at)
        return len(due)
