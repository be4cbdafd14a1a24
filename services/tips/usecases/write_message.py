"""Write to the informant of a tip, or as the informant: both without anybody's name or address."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.ids import UnitId, new_id
from runtime.crypto import Vault
from runtime.database import Write
from runtime.reference import Actor
from services.tips.store.messages import add_message
from services.tips.store.tips import change_tip, get_content, note_happening
from services.tips.usecases.seal_tip import content_key

MESSAGE = "message"
"""Kind of what a message adds to a tip's history: that there was one, never what it says."""


async def write_message(
    tip: Any, text: str, *, tx: Write, vault: Vault, at: datetime, actor: Actor | None = None
) -> UUID:
    """Keep a message on a tip, in whatever state it is, and return its id. Without an actor the informant writes.

    Raises:
        UnitOutside: The actor does not act for the responsible unit.
        SealBroken: The key of the tip's content is gone.
        ContentDestroyed: Its key was destroyed.
    """
    if actor is not None:
        actor.must_act_for(UnitId(tip.responsible_id))
    by = {"by_unit": None, "client": None} if actor is None else {"by_unit": actor.unit(), "client": actor.client}
    kept = await get_content(tx, tip.id)
    message_id = new_id(tx.clock)
    sealed = content_key(vault, tip.id, kept.key).seal(text.encode(), message_context(message_id))
    await add_message(tx, {"id": message_id, "tip_id": tip.id, "sealed": sealed, "occurred_at": at, **by})
    if actor is not None:
        await note_happening(tx, tip.id, MESSAGE, at, {"from": "unit"}, **by)
        await change_tip(tx, tip)
    elif tip.unread_since is None:
        # Once until somebody reads it: an informant may write without end, and the history is shown whole.
        await note_happening(tx, tip.id, MESSAGE, at, {"from": "informant"}, **by)
        await change_tip(tx, tip, unread_since=at)
    return message_id


def message_context(message_id: UUID) -> str:
    """Return what the seal of a message is bound to."""
    return f"tips/message/{message_id}"
