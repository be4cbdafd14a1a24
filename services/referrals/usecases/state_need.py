"""State what a person needs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.clock import Clock
from kernel.ids import UnitId, new_id
from runtime.database import Write
from runtime.reference import Actor
from services.referrals.domain.need import NeedKind
from services.referrals.store.cases import get_case
from services.referrals.store.needs import add_need


async def state_need(case_id: UUID, kind: NeedKind, *, tx: Write, actor: Actor, at: datetime, clock: Clock) -> UUID:
    """Write a need of a case and return its id.

    Raises:
        CaseUnknown: There is no such case.
        UnitOutside: The caller does not act for the holder.
    """
    case = await get_case(tx, case_id)
    actor.must_act_for(UnitId(case.holder_id))
    need_id = new_id(clock)
    await add_need(tx, {"id": need_id, "case_id": case.id, "kind": kind, "occurred_at": at})
    return need_id
