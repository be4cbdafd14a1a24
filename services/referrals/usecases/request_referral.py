"""Request a service for a need: only with a live consent, and never of anybody who enforces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.clock import Clock, legal_day
from kernel.ids import UnitId, new_id
from runtime.database import Read, Write
from runtime.reference import Actor, Reference
from services.referrals.domain.consent import Purpose, is_live
from services.referrals.domain.recipient import ensure_receives
from services.referrals.domain.refusals import ConsentMissing, NeedNotServed, NotEligible
from services.referrals.store.cases import get_case
from services.referrals.store.consents import consents_of
from services.referrals.store.needs import get_need, latest_decisions
from services.referrals.store.referrals import By, add_referral
from services.referrals.store.support_services import get_service


@dataclass(frozen=True, slots=True)
class RequestReferral:
    """Which need is to be served by whom."""

    case_id: UUID
    need_id: UUID
    service_id: UUID


async def request_referral(
    cmd: RequestReferral, *, tx: Write, actor: Actor, at: datetime, clock: Clock, reference: Reference
) -> UUID:
    """Write a referral and return its id.

    Raises:
        CaseUnknown, NeedUnknown, ServiceUnknown: What it names is not there.
        UnitOutside: The caller does not act for the holder.
        NotEligible: The latest decision on the need is not positive.
        NeedNotServed: The service does not serve such needs.
        RecipientEnforces, RecipientGone: By the tree of today, nobody is referred to this service.
        ConsentMissing: The person has not agreed to it.
    """
    case = await get_case(tx, cmd.case_id)
    actor.must_act_for(UnitId(case.holder_id))
    need = await get_need(tx, case.id, cmd.need_id)
    decision = (await latest_decisions(tx, case.id)).get(need.id)
    if decision is None or not decision.positive:
        raise NotEligible(case=case.id, need=need.id)
    service = await get_service(tx, cmd.service_id)
    if need.kind not in service.needs:
        raise NeedNotServed(kind=need.kind)
    tree = (await reference.view_in(tx)).tree
    declared = service.enforcement_independent
    ensure_receives(tree, UnitId(service.provider_id), legal_day(at), declared_independent=declared)
    consent = await _live_consent(tx, case.id, service.id, at)
    referral_id = new_id(clock)
    row = {"id": referral_id, "case_id": case.id, "need_id": need.id}
    row |= {"service_id": service.id, "consent_id": consent.id}
    await add_referral(tx, row, By(actor.client, actor.unit(), at))
    return referral_id


async def _live_consent(read: Read, case_id: UUID, service_id: UUID, at: datetime) -> Any:
    for one in await consents_of(read, case_id):
        is_for_this = (one.purpose, one.service_id) == (Purpose.REFERRAL, service_id)
        if is_for_this and is_live(one.expires_on, one.withdrawn_at, at):
            return one
    raise ConsentMissing(case=case_id, service=service_id)
