"""Extend a limit of a tip, as far as the law lets somebody who is competent extend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernel.clock import legal_day
from services.tips.domain.deadline import Step
from services.tips.domain.extension import choose_extension
from services.tips.domain.refusals import ApproverIsActor, DeadlinePassed
from services.tips.domain.tip import Act
from services.tips.law.extensions import extensions_of
from services.tips.store.happenings import missed_of
from services.tips.usecases.judge_deadlines import deadlines_of, nature_of_tip
from services.tips.usecases.move_tip import Doing, Move, ensure_possible, move_tip


@dataclass(frozen=True, slots=True)
class Approval:
    """Why a limit is extended, and who says so."""

    kind: str
    """Which of the extensions that the law knows."""
    ground: str
    approver: str
    """A second person, by name or office, or the document in which they decided it."""


async def extend_tip(tip: Any, approval: Approval, note: str, doing: Doing) -> None:
    """Extend a limit that runs, by what the law sets.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: The law knows no extension for its category, or it is done with.
        ExtensionImpossible: The law knows no such extension for it, or not as a further one.
        DeadlinePassed: The limit has not begun, or has ended.
        ApproverIsActor: Nobody else approved it.
    """
    ensure_possible(tip, Act.EXTEND, doing)
    if approval.approver.strip() == doing.actor.client:
        raise ApproverIsActor(approver=approval.approver)
    known = extensions_of(nature_of_tip(tip), legal_day(tip.reached_at))
    chosen = choose_extension(known, approval.kind, tip.extensions)
    await _ensure_running(tip, chosen.step, doing)
    facts = {
        "kind": chosen.kind,
        "step": chosen.step.value,
        "ground": approval.ground,
        "approver": approval.approver,
        "reference": chosen.reference,
    }
    await move_tip(tip, Move(Act.EXTEND, {"extensions": [*tip.extensions, chosen.name]}, facts, note), doing)


async def _ensure_running(tip: Any, step: Step, doing: Doing) -> None:
    found = deadlines_of(tip, doing.calendar, await missed_of(doing.tx, tip))
    if not any(one.step is step and one.is_open and doing.at < one.due_at for one in found):
        raise DeadlinePassed(step=step.value)
