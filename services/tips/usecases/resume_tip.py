"""Resume the handling of a crime report: its deadline comes later by exactly as long as it was suspended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, ensure_possible, move_tip


async def resume_tip(tip: Any, ground: str, note: str, doing: Doing) -> None:
    """Resume it.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is not suspended.
    """
    ensure_possible(tip, Act.RESUME, doing)
    pause = (doing.at - tip.suspended_at) // timedelta(microseconds=1)
    changed = {"suspended_at": None, "paused": tip.paused + pause}
    await move_tip(tip, Move(Act.RESUME, changed, {"ground": ground}, note), doing)
