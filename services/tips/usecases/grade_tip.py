"""Mark a tip as spam or off the subject: an act with an owner and a ground. It hides nothing and stops no clock."""

from __future__ import annotations

from typing import Any

from services.tips.domain.grade import Grade
from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, move_tip


async def grade_tip(tip: Any, grade: Grade, ground: str, note: str, doing: Doing) -> None:
    """Mark a tip, or take a mark back.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is closed.
    """
    kept = None if grade is Grade.NONE else grade.value
    await move_tip(tip, Move(Act.GRADE, {"grade": kept}, {"grade": grade.value, "ground": ground}, note), doing)
