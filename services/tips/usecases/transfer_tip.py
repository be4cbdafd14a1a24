"""Transfer a tip to the competent unit: it goes on there, and for the unit that received it, it is handled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.events.tips import TipTransferred
from kernel.ids import UnitId
from services.tips.domain.refusals import TransferToSelf
from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, ensure_possible, move_tip

_BEGUN_ANEW: Mapping[str, Any] = {
    "classified_at": None,
    "incompetent_at": None,
    "accepted_at": None,
    "receipt_told_at": None,
    "acceptance_told_at": None,
    "extensions": [],
    "paused": 0,
}
"""What the competent unit does itself. It classifies too: until then the category is what the other one found."""


async def transfer_tip(tip: Any, to: UnitId, ground: str, note: str, doing: Doing) -> None:
    """Transfer a tip, on a ground that the law gives. It waits in the other unit's queue, whose clocks begin.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransferToSelf: The unit has it already.
        TransitionIllegal: It is not classified, or done with.
    """
    ensure_possible(tip, Act.TRANSFER, doing)
    if to == tip.responsible_id:
        raise TransferToSelf(unit=doing.actor.tree.get(to).code)
    reached = {"responsible_id": to, "reached_id": to, "reached_at": doing.at}
    move = Move(Act.TRANSFER, {**_BEGUN_ANEW, **reached}, {"to": str(to), "ground": ground}, note)
    late = await move_tip(tip, move, doing)
    doing.tx.publish(
        TipTransferred(
            tip_id=tip.id,
            unit_id=tip.unit_id,
            received_at=tip.received_at,
            occurred_at=doing.at,
            late=late,
            to_unit_id=to,
        )
    )
