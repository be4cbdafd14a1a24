"""Revoke the key of a body outside: from then on nothing is sealed to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.tips.domain.body import ensure_in_force
from services.tips.store.bodies import revoke_key


async def revoke_body(body: Any, *, tx: Write, actor: Actor, at: datetime) -> None:
    """Revoke the key, for ever.

    Raises:
        UnitOutside: The caller does not act for the unit that vouches for it.
        BodyRevoked: It was revoked before.
    """
    actor.must_act_for(UnitId(body.unit_id))
    ensure_in_force(body.name, body.revoked_at)
    await revoke_key(tx, body, actor.client, at)
