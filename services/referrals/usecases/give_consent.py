"""Record that a person agrees to share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kernel.clock import Clock, legal_day
from kernel.ids import UnitId, new_id
from runtime.crypto import Vault
from runtime.database import Write
from runtime.reference import Actor
from services.referrals.domain.consent import Lengths, Purpose, expiry
from services.referrals.domain.sealing import case_key, evidence_of
from services.referrals.law import SUPPORT
from services.referrals.store.cases import get_case
from services.referrals.store.consents import add_consent
from services.referrals.store.support_services import get_service


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """What a person agrees to, with its evidence in the clear."""

    case_id: UUID
    purpose: Purpose
    service_id: UUID
    evidence: str
    expires_on: date | None
    """The last day that the person wishes; None for the usual length."""


async def give_consent(cmd: GiveConsent, *, tx: Write, actor: Actor, at: datetime, clock: Clock, vault: Vault) -> UUID:
    """Write a consent with its evidence sealed, and return its id.

    Raises:
        CaseUnknown, ServiceUnknown: There is no such case, or no such recipient.
        UnitOutside: The caller does not act for the holder.
        ConsentOver, ConsentTooLong: It cannot last until that day.
    """
    case = await get_case(tx, cmd.case_id)
    actor.must_act_for(UnitId(case.holder_id))
    service = await get_service(tx, cmd.service_id)
    given_on = legal_day(at)
    lengths = Lengths(
        usual=SUPPORT.get("consent_lasts", given_on).value,
        at_most=SUPPORT.get("consent_lasts_at_most", given_on).value,
    )
    consent_id = new_id(clock)
    key = vault.unwrap(case.wrapped_key, case_key(case.id))
    row = {
        "id": consent_id,
        "case_id": case.id,
        "service_id": service.id,
        "purpose": cmd.purpose,
        "evidence": key.seal(cmd.evidence.encode(), evidence_of(consent_id)),
        "expires_on": expiry(given_on, cmd.expires_on, lengths),
        "occurred_at": at,
    }
    await add_consent(tx, row)
    return consent_id
