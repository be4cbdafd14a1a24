"""Say that a tip is something else before the law, and why. It is judged by what it is now, since it came."""

from __future__ import annotations

from typing import Any

from services.tips.domain.tip import Act, TipState
from services.tips.usecases.classify_tip import Finding, columns_of, facts_of, led_by, tell_finding
from services.tips.usecases.move_tip import Doing, Move, ensure_possible
from services.tips.usecases.route_tip import NOWHERE


async def reclassify_tip(tip: Any, finding: Finding, ground: str, note: str, doing: Doing) -> None:
    """Reclassify a tip. It keeps its receipt, and what was noted as missed stays noted.

    Until a unit has taken it on, it is led to the body that is competent for what it is now, or back to the unit that
    it came to.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is not classified yet, suspended, or done with.
    """
    state = ensure_possible(tip, Act.RECLASSIFY, doing)
    led = await led_by(tip, finding, doing) if state is TipState.CLASSIFIED else NOWHERE
    incompetent_at = None if finding.competent else tip.incompetent_at or doing.at
    changed = columns_of(finding) | {"incompetent_at": incompetent_at, **led.changed}
    move = Move(Act.RECLASSIFY, changed, facts_of(finding) | {"ground": ground, **led.facts}, note)
    await tell_finding(tip, move, finding, doing)
