"""Look at obligations whose clocks have rung: who owes is told, and then the units above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.events.reports import ObligationDueSoon, ObligationEscalated, ObligationOverdue
from contracts.plan import Requirement
from kernel.clock import from_micros, legal_day, to_micros
from kernel.ids import UnitId
from kernel.units import UnitTree
from runtime.alarms import Alarm, Looked
from runtime.database import Write
from runtime.reference import Reference
from services.reports.domain.alarm import DAY, AlarmKind, Fallen, Terms, fallen, next_look
from services.reports.evaluation.history import NEVER, fold
from services.reports.evaluation.status import status_at
from services.reports.store.obligations import facts_of, find_obligations
from services.reports.store.plans import reminders_of


class LookForAlarms:
    """What the watch on alarms asks: what has fallen due of some obligations, and when to look again."""

    def __init__(self, reference: Reference, escalation_days: Sequence[int]) -> None:
        self._reference = reference
        self._escalation = [days * DAY for days in escalation_days]

    async def __call__(self, tx: Write, ids: Sequence[UUID], now: datetime) -> Mapping[UUID, Looked]:
        """Look at obligations as they are known now, in the tree of today."""
        # The newest view is what this transaction sees, which changes no unit itself; and it is kept for the next.
        tree = (await self._reference.view()).tree
        rows = await find_obligations(tx, ids)
        reminders = await reminders_of(tx, {row.plan_id for row in rows})
        facts = await facts_of(tx, [row.id for row in rows])
        t, today = to_micros(now), legal_day(now)
        standings = [fold(facts[row.id], t, NEVER) for row in rows]
        terms = [Terms(reminders[row.plan_id, row.rule] * DAY, self._escalation) for row in rows]
        looked = {}
        for row, standing, own in zip(rows, standings, terms, strict=True):
            requested = row.requirement == Requirement.REQUESTED
            status = status_at(standing, t, reminder=own.reminder, requested=requested)
            due_at = None if standing.due_at is None else from_micros(standing.due_at)
            causes = fallen(status, standing, own, t)
            next_at = next_look(status, standing, facts[row.id], own, t)
            looked[row.id] = Looked(
                [alarm for one in causes if (alarm := _alarm(one, row, due_at, tree, today)) is not None],
                None if next_at is None else from_micros(next_at),
            )
        return looked


def _alarm(cause: Fallen, row: Any, due_at: datetime | None, tree: UnitTree, today: date) -> Alarm | None:
    """Return the alarm to the unit that it concerns today; None if there is no such unit."""
    owing = tree.bearer(UnitId(row.unit_id), today) if UnitId(row.unit_id) in tree else None
    if owing is None:
        return None
    line = (owing, *tree.ancestors(owing, today))
    if cause.step >= len(line):
        return None
    to_unit_id, fell_at = line[cause.step], from_micros(cause.fell_at)
    said = {
        "obligation_id": row.id,
        "plan_id": row.plan_id,
        "rule": row.rule,
        "period": row.period,
        "unit_id": owing,
        "to_unit_id": to_unit_id,
        "due_at": due_at,
        "fell_at": fell_at,
    }
    return Alarm(
        kind=cause.kind,
        unit_id=to_unit_id,
        fell_at=fell_at,
        step=cause.step,
        facts={"unit_id": owing, "due_at": due_at},
        event=_event(cause, said),
    )


def _event(cause: Fallen, said: Mapping[str, Any]) -> ObligationDueSoon | ObligationOverdue | ObligationEscalated:
    match cause.kind:
        case AlarmKind.DUE_SOON:
            return ObligationDueSoon(**said)
        case AlarmKind.OVERDUE:
            return ObligationOverdue(**said)
        case AlarmKind.ESCALATED:
            return ObligationEscalated(**said, step=cause.step)
