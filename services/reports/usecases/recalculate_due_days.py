"""Compute due instants again when days off change: those that have not passed, with a trace."""

from __future__ import annotations

from uuid import UUID

from kernel.calendar.days_off import Calendar
from kernel.calendar.due import due
from kernel.calendar.period import parse_period
from runtime.database import Write
from services.reports.evaluation.history import FactKind
from services.reports.store.happenings import Happening, record
from services.reports.store.obligations import due_at_of, facts_of, list_due_after
from services.reports.store.plans import list_plans


async def recalculate_due_days(calendar: Calendar, decision: str, *, tx: Write) -> int:
    """Move due instants that lie in the future and come out otherwise with the new calendar; return how many.

    Those that have passed never change, and those that were set individually stay.
    """
    now = tx.recorded_at
    rules = {(plan.plan_id, rule.code): rule for plan in await list_plans(tx) for rule in plan.rules}
    moved: dict[UUID, list[Happening]] = {}
    for row in await list_due_after(tx, now):
        rule = rules.get((row.plan_id, row.rule))
        found = due(rule.due.rule(), parse_period(row.period), calendar) if rule else None
        if found is None or found.due_at == due_at_of(row):
            continue
        trace = {"calendar": found.digest, "decision": decision}
        moved[row.id] = [Happening(FactKind.DUE_MOVED, now, due_at=found.due_at, trace=trace)]
    for obligation_id, facts in (await facts_of(tx, moved)).items():
        if any(fact.kind is FactKind.DUE_SET for fact in facts):
            del moved[obligation_id]
    await record(tx, moved)
    return len(moved)
