"""Suspend the handling of a crime report (tạm đình chỉ): the clock of resolving stands still."""

from __future__ import annotations

from typing import Any

from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, move_tip


async def suspend_tip(tip: Any, ground: str, note: str, doing: Doing) -> None:
    """Suspend it, on a ground that the law gives (BLTTHS 101/2015/QH13, art. 148).

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is no crime report, nobody has taken it on, or it stands still already.
    """
    await move_tip(tip, Move(Act.SUSPEND, {"suspended_at": doing.at}, {"ground": ground}, note), doing)
