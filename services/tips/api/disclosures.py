"""Who gave a tip is shown after a second person agreed. Every look at a tip is in a log that holds together."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from kernel.ids import UnitId
from runtime.crypto import DESTROYED
from runtime.database import Write
from runtime.http.call import Call, etag_of
from runtime.http.declaration import UnitRule
from runtime.http.pages import Limit, Page, cursor_beyond, key_of
from runtime.http.routes import Creates, Edits, Reads, Routes
from services.tips.api.disclosure_shapes import (
    Decision,
    DisclosureMade,
    DisclosureShown,
    InformantShown,
    NewDisclosure,
    ReadingShown,
)
from services.tips.api.tip_views import keys_in
from services.tips.store.disclosures import disclosures_of, get_disclosure
from services.tips.store.readings import readings_after
from services.tips.store.tips import get_content, get_tip
from services.tips.usecases.disclose_informant import ask_disclosure, decide_disclosure, read_informant, reason_context
from services.tips.usecases.seal_tip import content_key

routes = Routes("tips", "disclosures")
_PATH = "/v1/tips/{tip_id}/disclosures"


@routes.create(
    _PATH,
    scope="tips:handle",
    units=UnitRule.ACTS_FOR,
    response_model=DisclosureMade,
    summary="Ask to be shown who gave a tip",
)
async def post_disclosure(tip_id: UUID, body: NewDisclosure, call: Creates) -> DisclosureMade:
    async def effect(tx: Write) -> UUID:
        tip, vault = await get_tip(tx, tip_id), keys_in(call).vault
        return await ask_disclosure(tip, body.reason, tx=tx, actor=call.actor, at=call.arrived_at, vault=vault)

    disclosure_id = await call.once(effect)
    async with call.service.database.read() as read:
        asked = await get_disclosure(read, tip_id, disclosure_id)
    return DisclosureMade(disclosure_id=disclosure_id, asked_at=asked.asked_at)


@routes.edit(
    "POST",
    _PATH + "/{disclosure_id}/decision",
    scope="tips:identity",
    units=UnitRule.ACTS_FOR,
    response_model=DisclosureShown,
    summary="Decide, as a second person, whether an informant is shown",
)
async def post_decision(tip_id: UUID, disclosure_id: UUID, body: Decision, call: Edits) -> DisclosureShown:
    async def effect(tx: Write) -> None:
        tip, asked = await get_tip(tx, tip_id), await get_disclosure(tx, tip_id, disclosure_id)
        call.must_match(asked.etag)
        lasts = timedelta(hours=body.hours)
        await decide_disclosure(
            tip, asked, granted=body.granted, lasts=lasts, tx=tx, actor=call.actor, at=call.arrived_at
        )

    await call.write(effect)
    async with call.service.database.read() as read:
        decided, kept = await get_disclosure(read, tip_id, disclosure_id), await get_content(read, tip_id)
    call.response.headers["ETag"] = etag_of(decided.etag)
    return _shown(call, decided, kept)


@routes.read(
    _PATH,
    scope="tips:identity",
    units=UnitRule.ACTS_FOR,
    response_model=list[DisclosureShown],
    summary="List who asked to be shown the informant, why, and what was decided",
)
async def get_disclosures(tip_id: UUID, call: Reads) -> list[DisclosureShown]:
    async with call.service.database.read() as read:
        tip = await get_tip(read, tip_id)
        call.actor.must_act_for(UnitId(tip.responsible_id))
        kept = await get_content(read, tip_id)
        return [_shown(call, row, kept) for row in await disclosures_of(read, tip_id)]


@routes.read(
    "/v1/tips/{tip_id}/informant",
    scope="tips:content",
    units=UnitRule.ACTS_FOR,
    response_model=InformantShown,
    summary="See who gave a tip, after it was granted; the informant sees that it happened",
)
async def get_informant(tip_id: UUID, call: Reads) -> InformantShown:
    async def effect(tx: Write) -> bytes:
        tip, vault = await get_tip(tx, tip_id), keys_in(call).vault
        return await read_informant(tip, tx=tx, actor=call.actor, at=call.arrived_at, vault=vault)

    return InformantShown(tip_id=tip_id, informant=json.loads(await call.write(effect)))


@routes.read(
    "/v1/tips/readings",
    scope="tips:audit",
    units=UnitRule.WITHIN,
    response_model=Page[ReadingShown],
    summary="List every look at a tip that somebody of the caller's units took",
)
async def get_readings(call: Reads, limit: Limit = 100, cursor: str | None = None) -> Page[ReadingShown]:
    call.actor.must_act_for(call.actor.unit())
    (beyond,) = key_of(cursor, int) or (0,)
    async with call.service.database.read() as read:
        rows = await readings_after(read, beyond, limit + 1)
    shown = [_reading(row) for row in rows[:limit] if call.actor.can_act_for(UnitId(row.by_unit))]
    return Page(items=shown, next_cursor=cursor_beyond(rows, limit, "entry"))


def _shown(call: Call, row: Any, content: Any) -> DisclosureShown:
    reason = None
    if content.key != DESTROYED:
        key = content_key(keys_in(call).vault, row.tip_id, content.key)
        reason = key.open(row.reason, reason_context(row.id)).decode()
    return DisclosureShown(
        disclosure_id=row.id,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        reason=reason,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        granted=row.granted,
        expires_at=row.expires_at,
    )


def _reading(row: Any) -> ReadingShown:
    return ReadingShown(
        entry=row.entry,
        tip_id=row.tip_id,
        kind=row.kind,
        by_unit=row.by_unit,
        client=row.client,
        occurred_at=row.occurred_at,
        chain=row.chain.hex(),
    )
