"""Record that a person agrees no longer: what was still to come from that recipient is called off at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.referrals.domain.referral import ReferralState, Step, state_after
from services.referrals.domain.refusals import ConsentWithdrawn
from services.referrals.store.cases import get_case
from services.referrals.store.consents import withdraw
from services.referrals.store.referrals import By, move_referral, open_referrals


async def withdraw_consent(consent: Any, *, tx: Write, actor: Actor, at: datetime) -> None:
    """Withdraw a consent and cancel the case's open referrals to its recipient; `consent` is its row.

    Another consent to the same recipient does not keep them: what the person said last counts.

    Raises:
        UnitOutside: The caller does not act for the holder.
        ConsentWithdrawn: It was withdrawn before.
    """
    case = await get_case(tx, consent.case_id)
    actor.must_act_for(UnitId(case.holder_id))
    if consent.withdrawn_at is not None:
        raise ConsentWithdrawn(at=consent.withdrawn_at.isoformat())
    await withdraw(tx, consent, at)
    by = By(actor.client, actor.unit(), at)
    for referral in await open_referrals(tx, case.id, consent.service_id):
        await move_referral(tx, referral, state_after(ReferralState(referral.state), Step.CANCEL), by)
