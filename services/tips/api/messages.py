"""Officers write to the informant, and read what came back. Each reading is kept."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from runtime.database import Write
from runtime.http.declaration import UnitRule
from runtime.http.pages import Page, cursor_beyond, key_of
from runtime.http.routes import Creates, Reads, Routes
from services.tips.api.follow_up import to_message
from services.tips.api.follow_up_shapes import MessageMade, MessageShown, NewMessage
from services.tips.api.tip_views import keys_in
from services.tips.store.messages import get_message, mark_read, messages_of
from services.tips.store.readings import ReadingKind
from services.tips.store.tips import get_tip
from services.tips.usecases.read_content import keep_reading
from services.tips.usecases.read_messages import SealedMessages, take_messages
from services.tips.usecases.write_message import write_message

routes = Routes("tips", "messages")
_PATH = "/v1/tips/{tip_id}/messages"
_Limit = Annotated[int, Query(ge=1, le=100)]
"""How many messages a page has: fewer than other lists, for each may be long."""


@routes.read(
    _PATH,
    scope="tips:content",
    units=UnitRule.ACTS_FOR,
    response_model=Page[MessageShown],
    summary="Read what the informant and units wrote, the first message first; the reading is kept",
)
async def get_messages(tip_id: UUID, call: Reads, limit: _Limit = 50, cursor: str | None = None) -> Page[MessageShown]:
    beyond, vault = key_of(cursor, int, UUID), keys_in(call).vault

    async def effect(tx: Write) -> tuple[SealedMessages, str | None]:
        tip = await get_tip(tx, tip_id)
        await keep_reading(tip, ReadingKind.MESSAGES, tx=tx, actor=call.actor, at=call.arrived_at)
        rows = await messages_of(tx, tip_id, limit + 1, beyond=beyond)
        more = cursor_beyond(rows, limit, "revision", "id")
        if more is None:
            await mark_read(tx, tip)
        return await take_messages(tip, rows[:limit], read=tx, vault=vault), more

    # They are opened when the reading is kept: intake would wait for it.
    sealed, more = await call.write(effect)
    return Page(items=[to_message(one) for one in sealed.opened()], next_cursor=more)


@routes.create(
    _PATH,
    scope="tips:handle",
    units=UnitRule.ACTS_FOR,
    response_model=MessageMade,
    summary="Write to the informant, who reads it with the follow-up code",
)
async def post_message(tip_id: UUID, body: NewMessage, call: Creates) -> MessageMade:
    async def effect(tx: Write) -> UUID:
        tip, vault = await get_tip(tx, tip_id), keys_in(call).vault
        return await write_message(tip, body.text, tx=tx, vault=vault, at=call.arrived_at, actor=call.actor)

    message_id = await call.once(effect)
    async with call.service.database.read() as read:
        return MessageMade(message_id=message_id, written_at=(await get_message(read, message_id)).occurred_at)
