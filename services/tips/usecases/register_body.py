"""Register a competent body outside of this system with its key, so that tips can be sealed for it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.ids import UnitId, new_id
from runtime.database import Write
from runtime.reference import Actor
from services.tips.domain.body import fingerprint_of, read_key
from services.tips.store.bodies import add_body
from services.tips.usecases.trust_key import ensure_trusted


async def register_body(unit: UnitId, name: str, key: bytes, *, tx: Write, actor: Actor, at: datetime) -> UUID:
    """Register a body for a unit, which vouches for the key (X25519, 32 bytes), and return the body's id.

    Raises:
        UnitOutside: The caller does not act for the unit.
        BodyKeyInvalid: It is no key.
        BodyRevoked: The unit or one above it has revoked this key.
    """
    actor.must_act_for(unit)
    read_key(key)
    fingerprint = fingerprint_of(key)
    await ensure_trusted(fingerprint, unit, read=tx, actor=actor)
    body_id = new_id(tx.clock)
    row = {
        "id": body_id,
        "unit_id": unit,
        "name": name,
        "public_key": key,
        "fingerprint": fingerprint,
        "registered_by": actor.client,
        "registered_at": at,
    }
    await add_body(tx, row)
    return body_id
