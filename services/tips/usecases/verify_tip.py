"""Begin to verify what a tip says."""

from __future__ import annotations

from typing import Any

from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, move_tip


async def verify_tip(tip: Any, note: str, doing: Doing) -> None:
    """Note that the unit is verifying. No clock changes.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is not assigned, or verified already.
    """
    await move_tip(tip, Move(Act.VERIFY, note=note), doing)
