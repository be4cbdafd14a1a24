"""Bring obligations into line with a new version of their plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from contracts.plan import Plan
from kernel.calendar.days_off import Calendar
from runtime.database import Write
from services.reports.domain.obligation import Obligation, effective_at, is_opened_by_hand, owed_under
from services.reports.evaluation.history import NEVER, Fact, FactKind, fold
from services.reports.store.happenings import Happening, open_obligations, record
from services.reports.store.obligations import due_at_of, facts_of, list_of_plan
from services.reports.store.plans import keep_version

_EVER = datetime.min.replace(tzinfo=UTC)


async def amend_obligations(plan: Plan, occurred_at: datetime, calendar: Calendar, *, tx: Write) -> None:
    """Open what is new, move the due instants that have not passed, and drop what is no longer asked for.

    An amendment occurs at the later of its effective and its issue instant. It never moves a due instant that was set
    individually or that has passed by then, and drops nothing that was received: the history's fold sees to that.
    What an earlier amendment dropped and this one asks for again is owed again.
    """
    at = max(effective_at(plan), occurred_at)
    await keep_version(tx, plan, occurred_at)
    rows = {row.id: row for row in await list_of_plan(tx, plan.plan_id) if not is_opened_by_hand(row.period)}
    facts = await facts_of(tx, rows)
    asked = {one.id: one for one in owed_under(plan, calendar, from_instant=_EVER)}
    owed = {one.id: one for one in owed_under(plan, calendar, from_instant=at)}
    trace = {"plan_version": plan.version, "decision": plan.decision}
    await open_obligations(
        tx, [one for one in owed.values() if one.id not in rows], Happening(FactKind.OPENED, at, trace=trace)
    )
    changes = {}
    for obligation_id, row in rows.items():
        if fold(facts[obligation_id], NEVER, NEVER).exists:
            change = _change(asked.get(obligation_id), row, facts[obligation_id], at)
        else:
            change = _again(owed.get(obligation_id), at)
        if change is not None:
            changes[obligation_id] = [replace(change, trace={**trace, **change.trace})]
    await record(tx, changes)


def _change(asked: Obligation | None, row: Any, facts: Sequence[Fact], at: datetime) -> Happening | None:
    """Return what becomes of an obligation that is there, as the plan now asks for it or does not."""
    now_due = due_at_of(row)
    if now_due is not None and now_due <= at:
        return None
    if asked is None:
        return Happening(FactKind.DROPPED, at)
    due_at = asked.due.due_at if asked.due else None
    is_set_individually = any(fact.kind is FactKind.DUE_SET for fact in facts)
    would_be_late_at_once = now_due is None and due_at is not None and due_at <= at
    if due_at == now_due or is_set_individually or would_be_late_at_once:
        return None
    return Happening(FactKind.DUE_MOVED, at, due_at=due_at, trace=_digest(asked))


def _again(owed: Obligation | None, at: datetime) -> Happening | None:
    """Return how an obligation that was dropped is owed again."""
    if owed is None:
        return None
    return Happening(FactKind.OPENED, at, due_at=owed.due.due_at if owed.due else None, trace=_digest(owed))


def _digest(one: Obligation) -> dict[str, str]:
    return {"calendar": one.due.digest} if one.due else {}
