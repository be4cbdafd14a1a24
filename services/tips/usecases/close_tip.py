"""Close a tip: its end state."""

from __future__ import annotations

from typing import Any

from contracts.events.tips import Outcome, TipClosed
from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, move_tip


async def close_tip(tip: Any, note: str, doing: Doing) -> None:
    """Close a tip that was resolved or handed over.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is not handled yet, or closed already.
    """
    late = await move_tip(tip, Move(Act.CLOSE, note=note), doing)
    doing.tx.publish(
        TipClosed(
            tip_id=tip.id,
            unit_id=tip.unit_id,
            received_at=tip.received_at,
            occurred_at=doing.at,
            late=late,
            outcome=Outcome(tip.outcome),
            handled_at=tip.handled_at,
        )
    )
