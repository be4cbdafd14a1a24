"""Take a decision on days off in."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid5

from contracts.events.plans import CalendarChanged, DayDecision
from runtime.database import Write
from runtime.reference import Reference
from runtime.reference.apply import write_day_decision
from runtime.reference.view import to_decision
from services.plans.domain.refusals import DecisionDiffers

_DAY_DECISIONS = UUID("8a0f4c36-6d0b-5c55-9f6b-0c1d8f1f7e42")


async def decide_days_off(decision: DayDecision, *, tx: Write, reference: Reference) -> UUID:
    """Add a decision to the calendar, tell the other services, and return its id. Decisions are never changed.

    The same decision again changes nothing.

    Raises:
        ContradictoryDecision: It makes a day free and worked at once.
        DecisionDiffers: The calendar has the decision with other days.
    """
    decision_id = uuid5(_DAY_DECISIONS, decision.decision)
    new = to_decision(decision)
    calendar = (await reference.view_in(tx)).calendar
    for known in calendar.decisions:
        if known.decision == decision.decision:
            # The reference is wording: it may be put otherwise than in the committed table.
            if replace(known, reference="", provisional=False) != replace(new, reference=""):
                raise DecisionDiffers(decision=decision.decision, day=known.decided_on.isoformat())
            return decision_id
    await write_day_decision(tx, decision)
    tx.publish(CalendarChanged(decision=decision, digest=calendar.with_decision(new).digest))
    return decision_id
