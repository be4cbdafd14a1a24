"""Take a step with a referral: the provider answers, starts and completes it, the holder calls it off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from kernel.clock import legal_day
from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.referrals.domain.referral import RULES, Party, ReferralState, Step, ensure_delivered, state_after
from services.referrals.store.referrals import By, move_referral


async def advance_referral(referral: Any, step: Step, *, tx: Write, actor: Actor, at: datetime) -> None:
    """Take any step but the completion; `referral` is its row with its parties.

    Raises:
        UnitOutside: The caller does not act for the party whose step it is.
        TransitionIllegal: The step cannot be taken now.
    """
    _must_be_of(referral, step, actor)
    state = state_after(ReferralState(referral.state), step)
    await move_referral(tx, referral, state, By(actor.client, actor.unit(), at))


async def complete_referral(referral: Any, delivered_on: date, *, tx: Write, actor: Actor, at: datetime) -> None:
    """Complete a referral: the service was delivered on a day.

    Raises:
        UnitOutside: The caller does not act for the providing unit.
        TransitionIllegal: It was not started.
        DeliveryUnfit: The day lies before the request, or in the future.
    """
    _must_be_of(referral, Step.COMPLETE, actor)
    state = state_after(ReferralState(referral.state), Step.COMPLETE)
    ensure_delivered(delivered_on, requested_on=legal_day(referral.requested_at), today=legal_day(at))
    await move_referral(tx, referral, state, By(actor.client, actor.unit(), at), delivered_on=delivered_on)


def _must_be_of(referral: Any, step: Step, actor: Actor) -> None:
    unit = referral.holder_id if RULES[step].party is Party.HOLDER else referral.provider_id
    actor.must_act_for(UnitId(unit))
