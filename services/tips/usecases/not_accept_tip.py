"""Do not accept a tip, on a ground that the law gives. It stays received, and counts."""

from __future__ import annotations

from typing import Any

from contracts.events.tips import Outcome
from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, move_tip


async def not_accept_tip(tip: Any, ground: str, note: str, doing: Doing) -> None:
    """Say that the law does not have a tip handled.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is a crime report, not classified, or taken on already.
    """
    changed = {"handled_at": doing.at, "outcome": Outcome.NOT_ACCEPTED.value}
    await move_tip(tip, Move(Act.NOT_ACCEPT, changed, {"ground": ground}, note), doing)
