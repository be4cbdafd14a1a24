"""Enter a service into the directory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.clock import Clock, legal_day
from kernel.ids import UnitId, new_id
from runtime.database import Write
from runtime.reference import Actor, Reference
from services.referrals.domain.need import NeedKind
from services.referrals.domain.recipient import ensure_receives
from services.referrals.store.support_services import add_service


@dataclass(frozen=True, slots=True)
class RegisterService:
    """What an organisation offers."""

    organization_name: str
    name: str
    provider_id: UnitId
    needs: Collection[NeedKind]
    confidential_location: bool
    enforcement_independent: bool


async def register_service(
    cmd: RegisterService, *, tx: Write, actor: Actor, at: datetime, clock: Clock, reference: Reference
) -> UUID:
    """Enter a service and return its id.

    Raises:
        UnitOutside: The caller does not act for the providing unit.
        RecipientEnforces, RecipientGone: Nobody could be referred to it.
    """
    actor.must_act_for(cmd.provider_id)
    tree = (await reference.view_in(tx)).tree
    ensure_receives(tree, cmd.provider_id, legal_day(at), declared_independent=cmd.enforcement_independent)
    service_id = new_id(clock)
    row = {
        "id": service_id,
        "organization_name": cmd.organization_name,
        "name": cmd.name,
        "provider_id": cmd.provider_id,
        "needs": sorted(set(cmd.needs)),
        "confidential_location": cmd.confidential_location,
        "enforcement_independent": cmd.enforcement_independent,
        "occurred_at": at,
    }
    await add_service(tx, row)
    return service_id
