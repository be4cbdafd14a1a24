"""Note that deadlines passed: once each, whether somebody acts on the tip or only the clock moved on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.events.tips import TipDeadlineMissed, TipDeadlineNear, TipEscalated
from kernel.ids import UnitId
from kernel.units import UnitTree
from runtime.alarms import Alarm
from runtime.database import Write
from services.tips.domain.alarm import AlarmKind, Fallen
from services.tips.domain.deadline import Deadline, Step, is_late, missed_by
from services.tips.store.tips import DEADLINE_MISSED, note_happening


async def note_missed(
    tip: Any, found: Sequence[Deadline], by: datetime, noted: dict[str, datetime], *, tx: Write
) -> list[Fallen]:
    """Note those deadlines that had been missed by an instant and are not in `noted` yet, there and in the history.

    What was noted stays noted: a deadline that has passed does not change, also when a day off is decided later.
    Whoever calls raises what is returned, in the same transaction.
    """
    fallen = []
    for one in missed_by(found, by):
        if one.limit.name not in noted:
            noted[one.limit.name] = one.due_at
            facts = {"step": one.step.value, "limit": one.limit.name, "reference": one.limit.reference}
            await note_happening(tx, tip.id, DEADLINE_MISSED, one.due_at, facts)
            fallen.append(Fallen(AlarmKind.MISSED, one, one.due_at))
    return fallen


def to_alarm(cause: Fallen, tip: Any, found: Sequence[Deadline], tree: UnitTree, today: date) -> Alarm | None:
    """Return the alarm to the unit that it concerns today; None where so far up there is none.

    The first to be told is who is responsible, or bears the duties of the unit that is; then the units above. Where
    nobody bears them any more, that unit is named all the same: what was missed is never kept quiet.
    """
    named = UnitId(tip.responsible_id)
    bearer = tree.bearer(named, today) if named in tree else None
    responsible = bearer or named
    line = (responsible,) if bearer is None else (bearer, *tree.ancestors(bearer, today))
    if cause.level >= len(line):
        return None
    to_unit_id, one = line[cause.level], cause.deadline
    return Alarm(
        kind=cause.kind,
        unit_id=to_unit_id,
        fell_at=cause.fell_at,
        step=cause.level,
        about=one.limit.name,
        facts={"step": one.step.value, "responsible_id": responsible, "due_at": one.due_at},
        event=_event(cause, tip, found, responsible, to_unit_id),
    )


def _event(
    cause: Fallen, tip: Any, found: Sequence[Deadline], responsible_id: UUID, to_unit_id: UUID
) -> TipDeadlineNear | TipDeadlineMissed | TipEscalated:
    said = {
        "tip_id": tip.id,
        "unit_id": tip.unit_id,
        "received_at": tip.received_at,
        "occurred_at": cause.fell_at,
        "late": _late_by(cause.fell_at, tip, found),
        "step": cause.deadline.step.value,
        "due_at": cause.deadline.due_at,
        "responsible_id": responsible_id,
        "to_unit_id": to_unit_id,
    }
    match cause.kind:
        case AlarmKind.NEAR:
            return TipDeadlineNear(**said)
        case AlarmKind.MISSED:
            return TipDeadlineMissed(**said)
        case AlarmKind.ESCALATED:
            return TipEscalated(**said, level=cause.level)


def _late_by(t: datetime, tip: Any, found: Sequence[Deadline]) -> bool:
    """Say whether the tip is late at an instant, for the unit that received it."""
    if tip.transferred_late is not None:
        return bool(tip.transferred_late)
    missed = {one.limit.name: one.due_at for one in found if one.step is not Step.NOTIFY_OUTCOME and one.is_missed(t)}
    return is_late(found, missed)
