"""Read what a tip says, and leave a trace of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.ids import UnitId
from runtime.crypto import Vault
from runtime.database import Write
from runtime.reference import Actor
from services.tips.store.readings import ReadingKind, add_reading
from services.tips.store.tips import get_content
from services.tips.usecases.seal_tip import SealedPart, open_content


async def read_content(tip: Any, *, tx: Write, actor: Actor, at: datetime, vault: Vault) -> bytes:
    """Return what a tip says. The reading is kept before anybody sees a word.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        SealBroken: The content was changed, or its key is gone.
        ContentDestroyed: Its key was destroyed.
    """
    await keep_reading(tip, ReadingKind.CONTENT, tx=tx, actor=actor, at=at)
    kept = await get_content(tx, tip.id)
    return open_content(vault, tip.id, SealedPart(kept.key, kept.sealed))


async def keep_reading(tip: Any, kind: ReadingKind, *, tx: Write, actor: Actor, at: datetime) -> None:
    """Keep that somebody sees what was said on a tip, or who said it.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
    """
    actor.must_act_for(UnitId(tip.responsible_id))
    await add_reading(tx, kind, tip_id=tip.id, by_unit=actor.unit(), client=actor.client, occurred_at=at)
