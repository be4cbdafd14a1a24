"""Excuse a unit from a report with a reason, and lift the excuse again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.refusals import ExcuseUnknown
from services.reports.evaluation.history import NEVER, FactKind, fold
from services.reports.store.happenings import Happening, record
from services.reports.store.obligations import facts_of
from services.reports.usecases.change_due_day import ensure_receiver


async def excuse_obligation(obligation: Any, reason: str, *, tx: Write, actor: Actor, at: datetime) -> None:
    """Excuse an obligation from now on.

    Raises:
        UnitOutside: The caller does not act for the receiver.
    """
    await _note(FactKind.EXCUSED, obligation, reason, tx, actor, at)


async def lift_excuse(obligation: Any, reason: str, *, tx: Write, actor: Actor, at: datetime) -> None:
    """End an excuse.

    Raises:
        UnitOutside: The caller does not act for the receiver.
        ExcuseUnknown: None is in force.
    """
    facts = (await facts_of(tx, [obligation.id]))[obligation.id]
    if not fold(facts, NEVER, NEVER).excused:
        await ensure_receiver(obligation, tx, actor)
        raise ExcuseUnknown
    await _note(FactKind.EXCUSE_LIFTED, obligation, reason, tx, actor, at)


async def _note(kind: FactKind, obligation: Any, reason: str, tx: Write, actor: Actor, at: datetime) -> None:
    await ensure_receiver(obligation, tx, actor)
    trace = {"by": str(actor.unit()), "client": actor.client, "reason": reason}
    await record(tx, {obligation.id: [Happening(kind, at, trace=trace)]})
