"""Hand a tip over to a competent body outside of this system, with the proof that it has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.events.tips import Outcome, TipTransferred
from kernel.clock import legal_day
from services.tips.domain.body import PackageUnknown
from services.tips.domain.refusals import DayImpossible
from services.tips.domain.tip import Act
from services.tips.store.happenings import acts_of
from services.tips.usecases.move_tip import Doing, Move, ensure_possible, move_tip


@dataclass(frozen=True, slots=True)
class Handover:
    """Who has it, by which ground, and how that body wrote it down."""

    body: str
    ground: str
    reference: str
    """Number of that body's receipt."""
    received_on: date
    package: str | None
    """Digest of the package that it got (SHA-256, hex)."""


async def hand_over_tip(tip: Any, handover: Handover, note: str, doing: Doing) -> None:
    """Hand a tip over. It is handled; the unit that handed it over closes it.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        DayImpossible: That body would have received it before it came, or in the future.
        PackageUnknown: The tip was not forwarded as that package.
        TransitionIllegal: It is not classified, or done with.
    """
    ensure_possible(tip, Act.HAND_OVER, doing)
    if not legal_day(tip.received_at) <= handover.received_on <= legal_day(doing.at):
        raise DayImpossible(day=handover.received_on.isoformat())
    await _ensure_forwarded(tip, handover.package, doing)
    changed = {"handled_at": doing.at, "outcome": Outcome.TRANSFERRED.value}
    facts = {
        "body": handover.body,
        "ground": handover.ground,
        "reference": handover.reference,
        "received_on": handover.received_on.isoformat(),
    }
    if handover.package is not None:
        facts["package"] = handover.package
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


async def _ensure_forwarded(tip: Any, package: str | None, doing: Doing) -> None:
    if package is not None and package not in {
        facts["package"] for facts in await acts_of(doing.tx, tip, Act.FORWARD.value)
    }:
        raise PackageUnknown(package=package)
