"""Hand a tip over to a competent body outside of this system, with the proof that it has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.events.tips import Outcome, TipTransferred
from kernel.clock import legal_day
from services.tips.domain.refusals import DayImpossible
from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, ensure_possible, move_tip


@dataclass(frozen=True, slots=True)
class Handover:
    """Who has it, by which ground, and how that body wrote it down."""

    body: str
    ground: str
    reference: str
    """Number of that body's receipt."""
    received_on: date


async def hand_over_tip(tip: Any, handover: Handover, note: str, doing: Doing) -> None:
    """Hand a tip over. It is handled; the unit that handed it over closes it.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        DayImpossible: That body would have received it before it came, or in the future.
        TransitionIllegal: It is not classified, or done with.
    """
    ensure_possible(tip, Act.HAND_OVER, doing)
    if not legal_day(tip.received_at) <= handover.received_on <= legal_day(doing.at):
        raise DayImpossible(day=handover.received_on.isoformat())
    changed = {"handled_at": doing.at, "outcome": Outcome.TRANSFERRED.value}
    facts = {
        "body": handover.body,
        "ground": handover.ground,
        "reference": handover.reference,
        "received_on": handover.received_on.isoformat(),
    }
    late = await move_tip(tip, Move(Act.HAND_OVER, changed, facts, note), doing)
    doing.tx.publish(
        TipTransferred(
            tip_id=tip.id,
            unit_id=tip.unit_id,
            received_at=tip.received_at,
            occurred_at=doing.at,
            late=late,
            to_unit_id=None,
        )
    )
