"""Enter plans that were issued long ago, as they were issued."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from contracts.events.plans import PlanIssued
from contracts.plan import Plan
from contracts.plan_draft import PlanDraft
from runtime.database import Write
from services.plans.store.catalogue import enter_words
from services.plans.store.plans import add_draft, add_version


async def enter_plans(plans: Sequence[Plan], occurred_at: datetime, *, tx: Write) -> None:
    """Write plans as they are, and tell the other services. Their units are resolved, and nothing is checked again.

    Raises:
        SlugTaken, SymbolTaken: There is such a plan already.
    """
    for plan in plans:
        await add_draft(tx, plan, _as_drafted(plan))
        await add_version(tx, plan, occurred_at)
        await enter_words(tx, plan)
        tx.publish(PlanIssued(plan=plan, occurred_at=occurred_at))


def _as_drafted(plan: Plan) -> PlanDraft:
    said = plan.model_dump(mode="json", include=set(PlanDraft.model_fields))
    return PlanDraft.model_validate(said)
