"""Bring obligations into line with a new version of their plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.plan import Plan
from kernel.calendar.days_off import Calendar
from kernel.calendar.period import Frequency
from runtime.database import Write
from services.reports.domain.obligation import OPENED_BY_HAND, Obligation, effective_at, owed_under
from services.reports.evaluation.history import FactKind
from services.reports.store.obligations import Happening, list_of_plan, open_obligations, record
from services.reports.store.plans import get_plan_by_id, keep_version


async def amend_obligations(plan: Plan, occurred_at: datetime, calendar: Calendar, *, tx: Write) -> None:
    """Open what is new, move the due instants that have not passed, and drop what is no longer asked for.

    An amendment occurs at the later of its effective and its issue instant. It never moves a due instant that was set
    individually or that has passed by then, and drops nothing that was received: the history's fold sees to both.
    """
    at = max(effective_at(plan), occurred_at)
    before = await get_plan_by_id(tx, plan.plan_id)
    await keep_version(tx, plan, occurred_at, generating=False)
    existing = {row.id: row for row in await list_of_plan(tx, plan.plan_id)}
    owed = {one.id: one for one in owed_under(plan, calendar, from_instant=effective_at(plan))}
    trace = {"plan_version": plan.version, "decision": plan.decision}
    new = [one for one in owed.values() if one.id not in existing and _is_still_to_come(one, at)]
    await open_obligations(tx, new, Happening(FactKind.OPENED, at, trace=trace))
    changes: dict[UUID, list[Happening]] = {}
    for obligation_id, row in existing.items():
        if _was_opened_by_hand(before, row):
            continue
        change = _change(owed.get(obligation_id), row, at, trace)
        if change is not None:
            changes[obligation_id] = [change]
    await record(tx, changes)


def _change(owed: Obligation | None, row: Any, at: datetime, trace: Mapping[str, Any]) -> Happening | None:
    if owed is None:
        ended = row.due_at is not None and row.due_at <= at
        return None if ended else Happening(FactKind.DROPPED, at, trace=trace)
    due_at = owed.due.due_at if owed.due else None
    if due_at == row.due_at or (row.due_at is None and due_at is not None and due_at <= at):
        return None
    digest = {"calendar": owed.due.digest} if owed.due else {}
    return Happening(FactKind.DUE_MOVED, at, due_at=due_at, trace={**trace, **digest})


def _is_still_to_come(one: Obligation, at: datetime) -> bool:
    return one.due is None or one.due.due_at > at


def _was_opened_by_hand(plan: Plan, row: Any) -> bool:
    known = {rule.code: rule.frequency for rule in plan.rules}
    frequency = known.get(row.rule)
    return frequency in OPENED_BY_HAND or row.period.split(":")[0] in {Frequency.AD_HOC, Frequency.FLASH}
