"""Tips as they stand: listed, followed, read. What they say is a route of its own, and each reading is kept."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.ids import UnitId
from runtime.database import Write
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, ensure_unfiltered, next_of
from runtime.http.pages import Changes, Page, key_of
from runtime.http.routes import Lists, Reads, Routes
from services.tips.api.tip_shapes import ContentShown, TipLine, TipShown
from services.tips.api.tip_views import answer_tip, keys_in, readable, to_line
from services.tips.domain.tip import TipState
from services.tips.store.tips import changed_tips, get_tip, list_page
from services.tips.usecases.read_content import read_content

routes = Routes("tips", "tips")


@routes.list(
    "/v1/tips", scope="tips:read", units=UnitRule.WITHIN, response_model=None, summary="List tips",
    responses={200: {"model": Page[TipLine] | Changes[TipLine]}},
)  # fmt: skip
async def get_tips(call: Lists, state: TipState | None = None) -> Page[TipLine] | Changes[TipLine]:
    async with call.service.database.read() as read:
        if call.after is not None:
            ensure_unfiltered(state=state)
            found = await changed_tips(read, call.after, call.limit)
            return changes_of(call, found, [to_line(call, row) for row in readable(call, found.rows)])
        place = key_of(call.cursor, datetime, UUID)
        rows = await list_page(read, limit=call.limit + 1, after_key=place, state=state)
    shown = [to_line(call, row) for row in readable(call, rows[: call.limit])]
    return Page(items=shown, next_cursor=next_of(call, rows, "received_at", "id"))


@routes.read(
    "/v1/tips/{tip_id}",
    scope="tips:read",
    units=UnitRule.WITHIN,
    response_model=TipShown,
    summary="Read how a tip stands, with its deadlines and its history",
)
async def get_one_tip(tip_id: UUID, call: Reads) -> TipShown:
    async with call.service.database.read() as read:
        row = await get_tip(read, tip_id)
        if not readable(call, [row]):
            call.actor.must_act_for(UnitId(row.responsible_id))
        return await answer_tip(call, read, row)


@routes.read(
    "/v1/tips/{tip_id}/content",
    scope="tips:content",
    units=UnitRule.ACTS_FOR,
    response_model=ContentShown,
    summary="Read what a tip says; the reading is kept",
)
async def get_content(tip_id: UUID, call: Reads) -> ContentShown:
    vault = keys_in(call).vault

    async def effect(tx: Write) -> tuple[Any, bytes]:
        row = await get_tip(tx, tip_id)
        return row, await read_content(row, tx=tx, actor=call.actor, at=call.arrived_at, vault=vault)

    row, content = await call.write(effect)
    if row.readable:
        return ContentShown(tip_id=tip_id, readable=True, content=json.loads(content), raw=None)
    return ContentShown(tip_id=tip_id, readable=False, content=None, raw=b64encode(content).decode())
