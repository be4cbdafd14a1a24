"""Give a tip to the unit that looks into it: from then on that unit is responsible, and nobody else."""

from __future__ import annotations

from typing import Any

from kernel.ids import UnitId
from services.tips.domain.refusals import AssigneeOutside
from services.tips.domain.routing import house_of
from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, ensure_possible, move_tip


async def assign_tip(tip: Any, to: UnitId, note: str, doing: Doing) -> None:
    """Assign a tip to a body of the house that it came to.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        AssigneeOutside: The unit is of another house: to that one, a tip is transferred.
        TransitionIllegal: It is not classified, or done with.
    """
    ensure_possible(tip, Act.ASSIGN, doing)
    tree, day = doing.actor.tree, doing.actor.on
    house = house_of(tree.bearer(UnitId(tip.reached_id), day) or UnitId(tip.responsible_id), tree, day)
    if not tree.is_within(to, house, day):
        raise AssigneeOutside(unit=tree.get(to).code, house=tree.get(house).code)
    changed = {"responsible_id": to, "accepted_at": tip.accepted_at or doing.at}
    await move_tip(tip, Move(Act.ASSIGN, changed, {"to": str(to)}, note), doing)
