"""Say what a tip is before the law. From then on it has the clocks of its category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.events.tips import Category, TipClassified
from services.tips.domain.nature import Nature
from services.tips.domain.tip import Act
from services.tips.usecases.move_tip import Doing, Move, ensure_possible, move_tip
from services.tips.usecases.route_tip import NOWHERE, Led, lead_tip


@dataclass(frozen=True, slots=True)
class Finding:
    """What a unit finds a tip to be."""

    category: Category
    nature: Nature
    competent: bool
    """Whether the unit is competent for it; if not, it has to be transferred."""


async def classify_tip(tip: Any, finding: Finding, note: str, doing: Doing) -> None:
    """Classify a tip, and lead it to the body that is competent for such tips, if a rule names one.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is classified already.
    """
    ensure_possible(tip, Act.CLASSIFY, doing)
    led = await led_by(tip, finding, doing)
    changed = columns_of(finding) | {
        "classified_at": doing.at,
        "incompetent_at": None if finding.competent else doing.at,
        **led.changed,
    }
    await tell_finding(tip, Move(Act.CLASSIFY, changed, facts_of(finding) | led.facts, note), finding, doing)


async def led_by(tip: Any, finding: Finding, doing: Doing) -> Led:
    """Return where a finding leads a tip. What the unit is not competent for, it has to transfer itself."""
    return await lead_tip(tip, finding.category, doing) if finding.competent else NOWHERE


async def tell_finding(tip: Any, move: Move, finding: Finding, doing: Doing) -> None:
    """Do it, and tell what the tip is now."""
    late = await move_tip(tip, move, doing)
    doing.tx.publish(
        TipClassified(
            tip_id=tip.id,
            unit_id=tip.unit_id,
            received_at=tip.received_at,
            occurred_at=doing.at,
            late=late,
            category=finding.category,
        )
    )


def columns_of(finding: Finding) -> dict[str, Any]:
    """Return how a tip keeps what it is."""
    nature = finding.nature
    return {"category": finding.category.value, "instance": nature.instance, "remote": nature.is_remote}


def facts_of(finding: Finding) -> dict[str, Any]:
    """Return what the history says of it."""
    nature = finding.nature
    said = {"category": finding.category.value, "competent": finding.competent}
    complaint = {"instance": nature.instance, "remote": nature.is_remote}
    return said | (complaint if finding.category is Category.COMPLAINT else {})
