"""Close a plan."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.events.plans import PlanClosed
from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.plans.domain.plan_state import PlanState, Step, state_after
from services.plans.store.plans import close


async def close_plan(row: Any, reason: str, *, tx: Write, actor: Actor, at: datetime) -> None:
    """Close an issued plan; `row` is the plan as it stands. What units owe under it stays owed.

    Raises:
        UnitOutside: The caller does not act for the issuer.
        TransitionIllegal: It is not issued, or closed already.
    """
    actor.must_act_for(UnitId(row.issuer_id))
    state_after(row.slug, PlanState(row.state), Step.CLOSE)
    await close(tx, row.id, at=at, reason=reason)
    tx.publish(PlanClosed(plan_id=row.id, slug=row.slug, reason=reason, occurred_at=at))
