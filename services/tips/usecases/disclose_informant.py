"""Show who gave a tip: only for a reason, only after a second person agreed, and only for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.ids import UnitId, new_id
from runtime.crypto import Vault
from runtime.database import Write
from runtime.reference import Actor
from services.tips.domain.refusals import DisclosureDecided, DisclosureNeeded, InformantUnknown, SecondPersonNeeded
from services.tips.store.disclosures import add_disclosure, decide, is_disclosed_to
from services.tips.store.readings import ReadingKind
from services.tips.store.tips import change_tip, find_informant, get_content, note_happening
from services.tips.usecases.read_content import keep_reading
from services.tips.usecases.seal_tip import SealedPart, content_key, open_informant

ASKED, DECIDED = "disclosure_asked", "disclosure_decided"
"""Kinds of what a tip's history tells of it."""


async def ask_disclosure(tip: Any, reason: str, *, tx: Write, actor: Actor, at: datetime, vault: Vault) -> UUID:
    """Ask to be shown who gave a tip, and return the request's id.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        InformantUnknown: Nobody is known.
        ContentDestroyed: Who it was is gone.
    """
    actor.must_act_for(UnitId(tip.responsible_id))
    if await find_informant(tx, tip.id) is None:
        raise InformantUnknown
    disclosure_id = new_id(tx.clock)
    key = content_key(vault, tip.id, (await get_content(tx, tip.id)).key)
    row = {
        "id": disclosure_id,
        "tip_id": tip.id,
        "reason": key.seal(reason.encode(), reason_context(disclosure_id)),
        "asked_by_unit": actor.unit(),
        "asked_by": actor.client,
        "asked_at": at,
    }
    await add_disclosure(tx, row)
    await _note(tip, ASKED, {}, tx=tx, actor=actor, at=at)
    return disclosure_id


async def decide_disclosure(
    tip: Any, asked: Any, *, granted: bool, lasts: timedelta, tx: Write, actor: Actor, at: datetime
) -> None:
    """Decide on a request, as somebody else than who asked.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        SecondPersonNeeded: It is who asked.
        DisclosureDecided: It is decided already.
    """
    actor.must_act_for(UnitId(tip.responsible_id))
    if asked.asked_by == actor.client:
        raise SecondPersonNeeded
    if asked.decided_at is not None:
        raise DisclosureDecided
    by = {"decided_by_unit": actor.unit(), "decided_by": actor.client, "decided_at": at}
    await decide(tx, asked, granted=granted, expires_at=at + lasts if granted else None, **by)
    await _note(tip, DECIDED, {"granted": granted}, tx=tx, actor=actor, at=at)


async def read_informant(tip: Any, *, tx: Write, actor: Actor, at: datetime, vault: Vault) -> bytes:
    """Return who gave a tip. That somebody is shown it is kept before.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        DisclosureNeeded: Nobody allowed it to the caller, or not any more.
        InformantUnknown: Nobody is known.
        SealBroken: It was changed, or its key is gone.
        ContentDestroyed: Its key was destroyed.
    """
    actor.must_act_for(UnitId(tip.responsible_id))
    if not await is_disclosed_to(tx, tip.id, actor.client, at):
        raise DisclosureNeeded
    await keep_reading(tip, ReadingKind.INFORMANT, tx=tx, actor=actor, at=at)
    kept = await find_informant(tx, tip.id)
    if kept is None:
        raise InformantUnknown
    return open_informant(vault, tip.id, SealedPart(kept.key, kept.sealed))


def reason_context(disclosure_id: UUID) -> str:
    """Return to what a request's reason is bound."""
    return f"tips/disclosure/{disclosure_id}"


async def _note(tip: Any, kind: str, facts: dict[str, Any], *, tx: Write, actor: Actor, at: datetime) -> None:
    await note_happening(tx, tip.id, kind, at, facts, by_unit=actor.unit(), client=actor.client)
    await change_tip(tx, tip)
