"""Close a tip: its end state."""

from __future__ import annotations

from typing import Any

from contracts.events.tips import Outcome, TipClosed
from services.tips.domain.deadline import Step
from services.tips.domain.refusals import OutcomeNotTold
from services.tips.domain.tip import Act
from services.tips.usecases.judge_deadlines import deadlines_of
from services.tips.usecases.move_tip import Doing, Move, ensure_possible, move_tip


async def close_tip(tip: Any, note: str, doing: Doing) -> None:
    """Close a tip that was resolved, not accepted or handed over. No clock runs any more.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is not handled yet, or closed already.
        OutcomeNotTold: The law has the informant told, and nobody noted that they were.
    """
    ensure_possible(tip, Act.CLOSE, doing)
    found = deadlines_of(tip, doing.calendar)
    if any(one.step is Step.NOTIFY_OUTCOME and one.done_at is None for one in found):
        raise OutcomeNotTold
    late = await move_tip(tip, Move(Act.CLOSE, {"closed_at": doing.at}, note=note), doing)
    doing.tx.publish(
        TipClosed(
            tip_id=tip.id,
            unit_id=tip.unit_id,
            received_at=tip.received_at,
            occurred_at=doing.at,
            late=late,
            outcome=Outcome(tip.outcome),
            handled_at=tip.transferred_at or tip.handled_at,
        )
    )
