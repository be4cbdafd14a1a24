"""Begin a plan."""

from __future__ import annotations

from uuid import UUID

from contracts.plan_draft import PlanDraft
from kernel.clock import Clock
from kernel.ids import UnitId, new_id
from runtime.database import Write
from runtime.reference import Actor, Reference
from services.plans.store.plans import add_draft
from services.plans.usecases.check_plan import check_plan


async def draft_plan(draft: PlanDraft, *, tx: Write, actor: Actor, clock: Clock, reference: Reference) -> UUID:
    """Write a draft and return the plan's id. Nobody else is told before it is issued.

    Raises:
        PlanInvalid, CatalogueConflict: Something is wrong with it; all places are named.
        UnitOutside: The caller does not act for the issuer.
        SlugTaken, SymbolTaken: Another plan has its slug, or the symbol of the same issuer and year.
    """
    plan = await check_plan(draft, plan_id=new_id(clock), version=1, read=tx, reference=reference)
    actor.must_act_for(UnitId(plan.issuer_id))
    await add_draft(tx, plan, draft)
    return plan.plan_id
