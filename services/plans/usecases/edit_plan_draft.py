"""Replace what a draft says."""

from __future__ import annotations

from typing import Any

from contracts.plan_draft import PlanDraft
from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor, Reference
from services.plans.domain.plan_state import PlanState, Step, state_after
from services.plans.domain.resolution import ensure_same_slug
from services.plans.store.plans import replace_draft
from services.plans.usecases.check_plan import check_plan


async def edit_plan_draft(row: Any, draft: PlanDraft, *, tx: Write, actor: Actor, reference: Reference) -> None:
    """Write new content into a draft; `row` is the plan as it stands.

    Raises:
        UnitOutside: The caller does not act for its issuer, or not for the one that it names now.
        TransitionIllegal: It is no draft any more.
        PlanInvalid, CatalogueConflict: Something is wrong with it; all places are named.
        SymbolTaken: Another plan of the same issuer and year has its symbol.
    """
    actor.must_act_for(UnitId(row.issuer_id))
    state_after(row.slug, PlanState(row.state), Step.EDIT)
    ensure_same_slug(draft, row.slug)
    plan = await check_plan(draft, plan_id=row.id, version=1, read=tx, reference=reference)
    actor.must_act_for(UnitId(plan.issuer_id))
    await replace_draft(tx, plan, draft)
