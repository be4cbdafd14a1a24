"""Say what was found. The tip is handled."""

from __future__ import annotations

from typing import Any

from contracts.events.tips import Outcome
from services.tips.domain.refusals import OriginalNotHandled
from services.tips.domain.tip import Act
from services.tips.store.tips import get_tip
from services.tips.usecases.move_tip import Doing, Move, ensure_possible, move_tip


async def resolve_tip(tip: Any, outcome: Outcome, note: str, doing: Doing) -> None:
    """Resolve a tip. Others hear of it when it is closed, with the instant of this.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: Nobody was assigned, it stands still, or it is done with.
        OriginalNotHandled: It would be a duplicate of a tip that is not handled yet, or of none.
    """
    ensure_possible(tip, Act.RESOLVE, doing)
    if outcome is Outcome.DUPLICATE:
        original = None if tip.duplicate_of is None else await get_tip(doing.tx, tip.duplicate_of)
        if original is None or original.handled_at is None:
            raise OriginalNotHandled
    changed = {"handled_at": doing.at, "outcome": outcome.value}
    await move_tip(tip, Move(Act.RESOLVE, changed, {"outcome": outcome.value}, note), doing)
