"""The informant's side: how the tip stands, and messages in both directions, with the follow-up code alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query
from starlette.responses import Response

from contracts.events.tips import Category, Outcome
from runtime.crypto.padding import padded_length
from runtime.database import Read
from runtime.http.routes import Open, OpenCreates, Routes
from services.tips.api.follow_up_shapes import (
    Forwarded,
    InformantSeen,
    MessageMade,
    MessageShown,
    NewMessage,
    TipFollowed,
)
from services.tips.api.tip_views import code_of, keys_in
from services.tips.domain.follow_up import digest_of_code, read_code
from services.tips.domain.refusals import FollowUpCodeInvalid
from services.tips.domain.tip import Act, TipState
from services.tips.store.messages import get_message, newest_messages
from services.tips.store.readings import ReadingKind, readings_of
from services.tips.store.tips import find_by_code, history_of
from services.tips.usecases.read_messages import Message, take_messages
from services.tips.usecases.write_message import write_message

routes = Routes("tips", "follow-up")

_LEAST_BYTES = 4096
"""How long an answer is, but for one with many messages."""
ANSWER_SECONDS = 0.25
"""When an answer is given, whether the code was right or not: the time it takes tells nothing."""
_SHOWN = 50
"""Messages in an answer: whoever has a code may write without end."""
Code = Annotated[
    str, Header(alias="Follow-Up-Code", max_length=100, description="As it stood on the receipt; case does not matter.")
]

Before = Annotated[
    UUID | None, Query(description="`earlier` of an answer, for the messages before those; by default the newest 50.")
]


@routes.public("/v1/tips/follow-up", response_model=TipFollowed, summary="See how a tip stands, with its code")
async def get_follow_up(call: Open, code: Code, before: Before = None) -> Response:
    async with _at_a_fixed_time(), call.service.database.read() as read:
        tip = await _tip_of(read, code)
        is_there = tip.destroyed_at is None
        rows = await newest_messages(read, tip.id, _SHOWN + 1, before=before) if is_there else []
        shown = rows[:_SHOWN][::-1]
        messages = (await take_messages(tip, shown, read=read, vault=keys_in(call).vault)).opened()
        seen = [one for one in await readings_of(read, tip.id) if one.kind == ReadingKind.INFORMANT]
        forwarded = [one for one in await history_of(read, tip.id) if one.kind == Act.FORWARD]
    followed = TipFollowed(
        number=tip.number,
        received_at=tip.received_at,
        state=TipState(tip.state),
        category=None if tip.category is None else Category(tip.category),
        responsible=code_of(call, tip.responsible_id),
        due_at=tip.due_at,
        handled_at=tip.handled_at,
        outcome=None if tip.outcome is None else Outcome(tip.outcome),
        informant_seen=[InformantSeen(seen_at=one.occurred_at, by_unit=code_of(call, one.by_unit)) for one in seen],
        forwarded=[Forwarded(forwarded_at=one.occurred_at, body=one.facts["body"]) for one in forwarded],
        messages=[to_message(one) for one in messages],
        earlier=shown[0].id if len(rows) > _SHOWN else None,
        content_destroyed_at=tip.destroyed_at,
    )
    return Response(_padded(followed), media_type="application/json")


def _padded(shown: TipFollowed) -> bytes:
    """Return it as it is sent, with spaces behind it: on the line nobody sees whether there are messages."""
    body = shown.model_dump_json().encode()
    return body.ljust(padded_length(len(body), least=_LEAST_BYTES))


@routes.public_create(
    "/v1/tips/follow-up/messages", response_model=MessageMade, summary="Write to the unit that has the tip"
)
async def post_follow_up_message(body: NewMessage, call: OpenCreates, code: Code) -> MessageMade:
    async with _at_a_fixed_time():
        async with call.service.database.read() as read:
            about = (await _tip_of(read, code)).id
        vault = keys_in(call).vault

        async def effect(tx: Any) -> Any:
            return await write_message(await _tip_of(tx, code), body.text, tx=tx, vault=vault, at=call.arrived_at)

        message_id = await call.once(effect, about=about)
        async with call.service.database.read() as read:
            row = await get_message(read, message_id)
    return MessageMade(message_id=message_id, written_at=row.occurred_at)


def to_message(message: Message) -> MessageShown:
    """Return a message as it is shown."""
    return MessageShown(
        message_id=message.row.id,
        written_at=message.row.occurred_at,
        by="informant" if message.row.by_unit is None else "unit",
        text=message.text,
    )


async def _tip_of(read: Read, code: str) -> Any:
    """Return the tip of a code.

    Raises:
        FollowUpCodeMistyped, FollowUpCodeInvalid: There is none.
    """
    tip = await find_by_code(read, digest_of_code(read_code(code)))
    if tip is None:
        raise FollowUpCodeInvalid
    return tip


@asynccontextmanager
async def _at_a_fixed_time() -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    until = loop.time() + ANSWER_SECONDS
    try:
        yield
    finally:
        await asyncio.sleep(until - loop.time())
