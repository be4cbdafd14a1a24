"""Make sure that one report can discharge several obligations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.plan import Plan, Rule
from kernel.clock import to_micros
from kernel.problems import Spot
from runtime.database import Read
from services.reports.domain.content import ReportContent
from services.reports.domain.refusals import (
    OTHER_DUE_INSTANT,
    OTHER_PLAN,
    OTHER_RECEIVERS,
    OTHER_UNIT,
    ObligationDropped,
    ObligationsApart,
    ObligationUnknown,
)
from services.reports.evaluation.history import NEVER, Fact, FactKind, Standing, fold
from services.reports.store.obligations import facts_of, find_obligations
from services.reports.store.plans import list_rules


async def named_by(content: ReportContent, read: Read) -> Sequence[Any]:
    """Return the rows of the obligations that a report names, in its order.

    Raises:
        ObligationUnknown: Nobody owes one of them; `spots` say which.
    """
    rows = {row.id: row for row in await find_obligations(read, list(content.sheets))}
    unknown = [f"/covers/{place}" for place, one in enumerate(content.sheets) if one not in rows]
    if unknown:
        vi, en = "đơn vị không có nghĩa vụ báo cáo này", "the unit owes no such report"
        spots = tuple(Spot(pointer, "obligation_unknown", vi, en) for pointer in unknown)
        raise ObligationUnknown(spots=spots, obligation=", ".join(unknown))
    return [rows[one] for one in content.sheets]


async def ensure_together(
    obligations: Sequence[Any], plan: Plan, unit_id: UUID, *, received_at: datetime, read: Read
) -> UUID | None:
    """Make sure that obligations fall together at an instant of receipt, and return their first receiver.

    Without any there is none: a report that nobody asked for.

    Raises:
        ObligationsApart: They differ in plan, unit, receivers, or in the due instant in force at the receipt.
        ObligationDropped: An amendment no longer asks for one of them.
    """
    rules = await list_rules(read, {one.plan_id for one in obligations})
    of_each = [rules[one.plan_id, one.rule] for one in obligations]
    _ensure_one_sender(obligations, of_each, plan, unit_id)
    facts = await facts_of(read, [one.id for one in obligations])
    standings = {one: _standing_at(some, to_micros(received_at)) for one, some in facts.items()}
    for one, standing in standings.items():
        if not standing.exists:
            raise ObligationDropped(obligation=one)
    if len({standing.due_at for standing in standings.values()}) > 1:
        raise ObligationsApart(difference=OTHER_DUE_INSTANT)
    return of_each[0].receiver_ids[0] if of_each else None


def _ensure_one_sender(obligations: Sequence[Any], rules: Sequence[Rule], plan: Plan, unit_id: UUID) -> None:
    if any(one.plan_id != plan.plan_id for one in obligations):
        raise ObligationsApart(difference=OTHER_PLAN)
    if any(one.unit_id != unit_id for one in obligations):
        raise ObligationsApart(difference=OTHER_UNIT)
    if len({rule.receiver_ids for rule in rules}) > 1:
        raise ObligationsApart(difference=OTHER_RECEIVERS)


def _standing_at(facts: Sequence[Fact], t: int) -> Standing:
    """Return how an obligation stands at a receipt; one that is yet to begin, as it will begin."""
    begins = min(fact.occurred_at for fact in facts if fact.kind is FactKind.OPENED)
    return fold(facts, max(t, begins), NEVER)
