"""Say that a tip is something else before the law, and why. It is judged by what it is now, since it came."""

from __future__ import annotations

from typing import Any

from services.tips.domain.tip import Act
from services.tips.usecases.classify_tip import Finding, columns_of, facts_of, tell_finding
from services.tips.usecases.move_tip import Doing, Move


async def reclassify_tip(tip: Any, finding: Finding, ground: str, note: str, doing: Doing) -> None:
    """Reclassify a tip. It keeps its receipt, and what was noted as missed stays noted.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is not classified yet, suspended, or done with.
    """
    incompetent_at = None if finding.competent else tip.incompetent_at or doing.at
    changed = columns_of(finding) | {"incompetent_at": incompetent_at}
    move = Move(Act.RECLASSIFY, changed, facts_of(finding) | {"ground": ground}, note)
    await tell_finding(tip, move, finding, doing)
