"""Issue a plan: from now on it binds, and the other services know it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.events.plans import PlanIssued
from contracts.plan_draft import PlanDraft
from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor, Reference
from services.plans.domain.plan_state import PlanState, Step, state_after
from services.plans.store.catalogue import enter_words
from services.plans.store.plans import add_version
from services.plans.usecases.check_plan import check_plan


async def issue_plan(row: Any, *, tx: Write, actor: Actor, at: datetime, reference: Reference) -> None:
    """Issue a draft as the plan's first version; `row` is the plan as it stands.

    It is checked once more, because units and catalogue may have changed since it was drafted. Its effective day may
    lie in the past. What it says enters the catalogue.

    Raises:
        UnitOutside: The caller does not act for the issuer.
        TransitionIllegal: It is no draft any more.
        PlanInvalid, CatalogueConflict: Something is wrong with it; all places are named.
        SymbolTaken: Another plan of the same issuer and year has its symbol.
    """
    actor.must_act_for(UnitId(row.issuer_id))
    state_after(row.slug, PlanState(row.state), Step.ISSUE)
    draft = PlanDraft.model_validate(row.draft)
    plan = await check_plan(draft, plan_id=row.id, version=1, read=tx, reference=reference)
    actor.must_act_for(UnitId(plan.issuer_id))
    await add_version(tx, plan, at)
    await enter_words(tx, plan)
    tx.publish(PlanIssued(plan=plan, occurred_at=at))
