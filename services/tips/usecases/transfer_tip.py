"""Hand a tip over to the competent unit: for the unit that received it, it is handled."""

from __future__ import annotations

from typing import Any

from contracts.events.tips import Outcome, TipTransferred
from kernel.ids import UnitId
from services.tips.domain.refusals import TransferToSelf
from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, move_tip


async def transfer_tip(tip: Any, to: UnitId, ground: str, note: str, doing: Doing) -> None:
    """Hand a tip over, on a ground that the law gives. The unit that hands it over closes it.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransferToSelf: The unit has it already.
        TransitionIllegal: It is not classified, or done with.
    """
    if to == tip.responsible_id:
        raise TransferToSelf(unit=doing.actor.tree.get(to).code)
    changed = {"handled_at": doing.at, "outcome": Outcome.TRANSFERRED.value}
    late = await move_tip(tip, Move(Act.TRANSFER, changed, {"to": str(to), "ground": ground}, note), doing)
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
