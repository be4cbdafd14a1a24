"""Link a tip to another that says the same. Both receipts stay live, and both clocks run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.ids import UnitId
from services.tips.domain.refusals import LinkToSelf
from services.tips.domain.tip import Act
from services.tips.store.tips import get_tip
from services.tips.usecases.move_tip import Doing, Move, ensure_possible, move_tip


async def link_tip(tip: Any, duplicate_of: UUID, note: str, doing: Doing) -> None:
    """Link a tip; a later link takes the place of an earlier one.

    Raises:
        UnitOutside: The caller does not act for the responsible unit, or for none that has the other tip.
        LinkToSelf: It is the same tip.
        TipUnknown: There is no other tip.
        TransitionIllegal: It is done with.
    """
    ensure_possible(tip, Act.LINK, doing)
    if duplicate_of == tip.id:
        raise LinkToSelf
    other = await get_tip(doing.tx, duplicate_of)
    if not doing.actor.can_act_for(UnitId(other.unit_id)):
        doing.actor.must_act_for(UnitId(other.responsible_id))
    facts = {"duplicate_of": str(duplicate_of)}
    await move_tip(tip, Move(Act.LINK, {"duplicate_of": duplicate_of}, facts, note), doing)
