"""Amend an issued plan: a new version binds from its own effective day on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.events.plans import PlanAmended
from contracts.plan_draft import Amendment
from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor, Reference
from services.plans.domain.plan_state import PlanState, Step, state_after
from services.plans.domain.resolution import ensure_same_slug
from services.plans.store.catalogue import enter_words
from services.plans.store.plans import add_version, get_version
from services.plans.usecases.check_plan import check_plan


async def amend_plan(
    row: Any, amendment: Amendment, *, tx: Write, actor: Actor, at: datetime, reference: Reference
) -> None:
    """Issue the next version of a plan; `row` is the plan as it stands. Earlier versions stay as they were.

    Raises:
        UnitOutside: The caller does not act for the issuer, or not for the one that it names now.
        TransitionIllegal: It is not issued, or closed.
        PlanInvalid, CatalogueConflict: Something is wrong with it; all places are named.
        SymbolTaken: Another plan of the same issuer and year has its symbol.
    """
    actor.must_act_for(UnitId(row.issuer_id))
    state_after(row.slug, PlanState(row.state), Step.AMEND)
    ensure_same_slug(amendment, row.slug)
    first = await get_version(tx, row.slug, 1)
    plan = await check_plan(
        amendment,
        plan_id=row.id,
        version=row.version + 1,
        read=tx,
        reference=reference,
        not_before=first.effective_on,
    )
    actor.must_act_for(UnitId(plan.issuer_id))
    await add_version(tx, plan, at)
    await enter_words(tx, plan)
    tx.publish(PlanAmended(plan=plan, occurred_at=at))
