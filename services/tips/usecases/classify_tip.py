"""Say what a tip is before the law. From then on it has the clocks of its category."""

from __future__ import annotations

from typing import Any

from contracts.events.tips import Category, TipClassified
from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, move_tip


async def classify_tip(tip: Any, category: Category, note: str, doing: Doing) -> None:
    """Classify a tip.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is classified already.
    """
    changed = {"category": category.value, "classified_at": doing.at}
    move = Move(Act.CLASSIFY, changed, {"category": category.value}, note)
    late = await move_tip(tip, move, doing)
    doing.tx.publish(
        TipClassified(
            tip_id=tip.id,
            unit_id=tip.unit_id,
            received_at=tip.received_at,
            occurred_at=doing.at,
            late=late,
            category=category,
        )
    )
