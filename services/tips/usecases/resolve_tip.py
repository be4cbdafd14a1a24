"""Say what was found. No clock runs any more."""

from __future__ import annotations

from typing import Any

from contracts.events.tips import Outcome
from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, move_tip


async def resolve_tip(tip: Any, outcome: Outcome, note: str, doing: Doing) -> None:
    """Resolve a tip. Others hear of it when it is closed, with the instant of this.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: Nobody was assigned, or it is done with.
    """
    changed = {"handled_at": doing.at, "outcome": outcome.value}
    await move_tip(tip, Move(Act.RESOLVE, changed, {"outcome": outcome.value}, note), doing)
