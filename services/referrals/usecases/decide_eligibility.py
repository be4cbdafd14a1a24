"""Decide whether a person is eligible for what is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.clock import Clock
from kernel.ids import UnitId, new_id
from runtime.crypto import Vault
from runtime.database import Write
from runtime.reference import Actor
from services.referrals.domain.sealing import case_key, reason_of
from services.referrals.store.cases import get_case
from services.referrals.store.needs import add_decision, get_need


@dataclass(frozen=True, slots=True)
class DecideEligibility:
    """A decision on a need, with its reason in the clear."""

    case_id: UUID
    need_id: UUID
    positive: bool
    reason: str


async def decide_eligibility(
    cmd: DecideEligibility, *, tx: Write, actor: Actor, at: datetime, clock: Clock, vault: Vault
) -> UUID:
    """Write a decision with its reason sealed, and return its id. It counts until the next one.

    Raises:
        CaseUnknown, NeedUnknown: There is no such case, or the case has no such need.
        UnitOutside: The caller does not act for the holder.
    """
    case = await get_case(tx, cmd.case_id)
    actor.must_act_for(UnitId(case.holder_id))
    need = await get_need(tx, case.id, cmd.need_id)
    decision_id = new_id(clock)
    key = vault.unwrap(case.wrapped_key, case_key(case.id))
    row = {
        "id": decision_id,
        "need_id": need.id,
        "positive": cmd.positive,
        "reason": key.seal(cmd.reason.encode(), reason_of(decision_id)),
        "unit_id": actor.unit(),
        "occurred_at": at,
    }
    await add_decision(tx, row)
    return decision_id
