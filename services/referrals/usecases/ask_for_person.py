"""Ask for a person's details: who asks is written down first, and then they are shown."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.clock import Clock
from kernel.ids import UnitId, new_id
from runtime.crypto import Vault
from runtime.database import Write
from runtime.reference import Actor
from services.referrals.domain.sealing import case_key, person_of
from services.referrals.store.cases import add_reading, get_case


async def ask_for_person(case_id: UUID, *, tx: Write, actor: Actor, at: datetime, clock: Clock) -> Any:
    """Write down who asks, and return the case's row. What is sealed in it is to be opened after the commit.

    Raises:
        CaseUnknown: There is no such case.
        UnitOutside: The caller does not act for the holder.
    """
    case = await get_case(tx, case_id)
    actor.must_act_for(UnitId(case.holder_id))
    row = {"id": new_id(clock), "case_id": case.id, "client": actor.client, "unit_id": actor.unit(), "occurred_at": at}
    await add_reading(tx, row)
    return case


def open_person(case: Any, vault: Vault) -> dict[str, Any] | None:
    """Return the person's details in the clear; None where the case is anonymous.

    Raises:
        SealBroken: They, or the case's key, were changed or moved.
    """
    if case.person is None:
        return None
    key = vault.unwrap(case.wrapped_key, case_key(case.id))
    person: dict[str, Any] = json.loads(key.open(case.person, person_of(case.id)))
    return person
