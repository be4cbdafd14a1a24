"""Open a support case."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.events.referrals import Group
from kernel.clock import Clock, legal_day
from kernel.ids import UnitId, new_id
from runtime.crypto import Vault
from runtime.database import Write
from runtime.reference import Actor, Reference
from services.referrals.domain.recipient import ensure_holds
from services.referrals.domain.refusals import UnitUnfit
from services.referrals.domain.sealing import case_key, person_of
from services.referrals.store.cases import add_case


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Who is to be supported."""

    group: Group
    unit_id: UnitId
    holder_id: UnitId
    person: dict[str, Any] | None
    """Details in the clear; None where the person stays anonymous."""


async def open_case(
    cmd: OpenCase, *, tx: Write, actor: Actor, at: datetime, clock: Clock, vault: Vault, reference: Reference
) -> UUID:
    """Open a case under a key of its own, and return its id. Nobody else is told.

    Raises:
        UnitOutside: The caller does not act for the holder.
        UnitUnfit: The person's unit is a body or a team.
        HolderEnforces: The holder is an enforcement body.
    """
    actor.must_act_for(cmd.holder_id)
    tree = (await reference.view_in(tx)).tree
    ensure_holds(tree, cmd.holder_id, legal_day(at))
    if not tree.get(cmd.unit_id).is_administrative:
        raise UnitUnfit(unit=tree.get(cmd.unit_id).code)
    case_id = new_id(clock)
    key = vault.new_key(case_key(case_id))
    person = None if cmd.person is None else json.dumps(cmd.person, ensure_ascii=False).encode()
    row = {
        "id": case_id,
        "group": cmd.group,
        "unit_id": cmd.unit_id,
        "holder_id": cmd.holder_id,
        "wrapped_key": key.wrapped,
        "person": None if person is None else key.seal(person, person_of(case_id)),
        "occurred_at": at,
    }
    await add_case(tx, row)
    return case_id
