"""Keep what a tip says beyond the usual period, because something else needs it; and end that again."""

from __future__ import annotations

from typing import Any

from kernel.ids import UnitId
from services.tips.domain.refusals import ApproverIsActor, ContentDestroyed
from services.tips.store.tips import change_tip, note_happening
from services.tips.usecases.move_tip import Doing

RETAINED, RELEASED = "retain", "release"
"""Kinds of what a tip's history tells of it."""


async def retain_tip(tip: Any, retained: bool, ground: str, approver: str, doing: Doing) -> None:
    """Have the content kept whatever its age, or no more: in any state of the tip, on a ground that another approved.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        ContentDestroyed: It is gone already.
        ApproverIsActor: Nobody else approved it.
    """
    doing.actor.must_act_for(UnitId(tip.responsible_id))
    if tip.destroyed_at is not None:
        raise ContentDestroyed
    if approver.strip() == doing.actor.client:
        raise ApproverIsActor(approver=approver)
    await change_tip(doing.tx, tip, retained_at=doing.at if retained else None)
    kind, facts = RETAINED if retained else RELEASED, {"ground": ground, "approver": approver}
    by_unit, client = doing.actor.unit(), doing.actor.client
    await note_happening(doing.tx, tip.id, kind, doing.at, facts, by_unit=by_unit, client=client)
