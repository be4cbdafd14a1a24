"""Trust the key of a body outside: a revocation is of the key, however often and by whom it is registered."""

from __future__ import annotations

from kernel.ids import UnitId
from runtime.database import Read
from runtime.reference import Actor
from services.tips.domain.body import ensure_in_force, is_vouched_for
from services.tips.store.bodies import revocations_of


async def ensure_trusted(fingerprint: str, unit: UnitId, *, read: Read, actor: Actor) -> None:
    """Make sure that neither a unit nor one above it has revoked a key.

    What others revoked is theirs: else anybody could register the key of a court, and revoke it for all.

    Raises:
        BodyRevoked: One of them has.
    """
    for row in await revocations_of(read, fingerprint):
        if is_vouched_for(UnitId(row.unit_id), unit, actor.tree, actor.on):
            ensure_in_force(row.name, row.revoked_at)
