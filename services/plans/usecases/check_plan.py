"""Turn a draft into the plan that it would be, or say everything that is wrong with it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.plan import Plan
from contracts.plan_draft import PlanDraft
from runtime.database import Read
from runtime.reference import Reference
from services.plans.domain.catalogue import ensure_agreement
from services.plans.domain.resolution import resolve_plan
from services.plans.store.catalogue import kinds_of_elements, measures_of_indicators


async def check_plan(
    draft: PlanDraft,
    *,
    plan_id: UUID,
    version: int,
    read: Read,
    reference: Reference,
    not_before: date | None = None,
) -> Plan:
    """Return the plan with every unit resolved, in agreement with the catalogue.

    Raises:
        PlanInvalid: It contradicts itself or the unit tree.
        CatalogueConflict: It uses codes of the catalogue with another meaning.
    """
    view = await reference.view_in(read)
    plan = resolve_plan(
        draft, plan_id=plan_id, version=version, tree=view.tree, calendar=view.calendar, not_before=not_before
    )
    elements, indicators = await kinds_of_elements(read), await measures_of_indicators(read)
    ensure_agreement(plan, elements=elements, indicators=indicators)
    return plan
