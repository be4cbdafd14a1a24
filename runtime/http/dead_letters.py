"""Routes on the events that a service put aside: look at them, have them handled after all, or discard them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from kernel.ids import new_id
from kernel.problems import Problem, Refusal, Words
from runtime.bus.binary_mode import UNREADABLE
from runtime.consumer import Consumer
from runtime.database import Write
from runtime.database.failure import is_passing
from runtime.dead_letter import Act, State, acts_on, find_letter, list_letters, note_act, state_of, to_message
from runtime.http.call import Call, CreateCall
from runtime.http.declaration import UnitRule
from runtime.http.routes import Creates, Reads, Routes

_MOST = 1000
_SHOWN_BYTES = 64 * 1024
"""How much is shown of what could not be read."""


class DeadLetterUnknown(Refusal):
    """No event with this id was put aside here."""

    code = "dead_letter_unknown"
    status = 404
    vi = Words("Không có sự kiện này", "Không có sự kiện {event} nào bị để riêng.", "Xem `lanhmanh dead list`.")
    en = Words("No such dead letter", "No event {event} was put aside here.", "See `lanhmanh dead list`.")


class DeadLetterSettled(Refusal):
    """`state` is what became of it before."""

    code = "dead_letter_settled"
    status = 409
    vi = Words("Sự kiện đã được xử lý", "Sự kiện {event}: {state}.", "Không cần làm gì nữa.")
    en = Words("Dead letter settled", "The event {event} is {state}.", "There is nothing left to do.")


class ReplayFailed(Refusal):
    """It failed once more. `failure` is the kind of the error."""

    code = "replay_failed"
    status = 409
    vi = Words(
        "Sự kiện vẫn lỗi", "Sự kiện {event} vẫn không xử lý được: {failure}.", "Sửa nguyên nhân (xem nhật ký), thử lại."
    )
    en = Words(
        "It failed again", "The event {event} failed with {failure}.", "Mend the cause (see the log), try again."
    )


class DeadLetter(BaseModel):
    """An event that was put aside."""

    event_id: UUID
    state: State
    topic: str = Field(description="Where it was read.")
    type: str = Field(description="CloudEvents type; `unreadable` for what is no event at all.")
    key: str
    source: str
    time: datetime
    failure: str = Field(description="Kind of the last error, never its text.")
    tries: int
    died_at: datetime


class DeadLetters(BaseModel):
    """Events that were put aside, the newest first."""

    items: Sequence[DeadLetter]


class DoneWith(BaseModel):
    """What somebody did with a dead letter."""

    act: Act
    reason: str
    client: str
    recorded_at: datetime


class DeadLetterShown(DeadLetter):
    """A dead letter with what it says, and what was done with it."""

    data: Any = Field(description="The event; the beginning of its bytes as text where it is no JSON.")
    acts: Sequence[DoneWith]


class NewAct(BaseModel):
    """What is to be done with a dead letter, and why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"act": "replay", "reason": "Đã sửa"}]})

    act: Act
    reason: str = Field(min_length=1, max_length=500)


class ActDone(BaseModel):
    """What was done, once and for all."""

    act_id: UUID
    event_id: UUID


def dead_letter_routes(service: str) -> Routes:
    """Return the routes of one service. Its operators call them; they concern no unit."""
    routes, scope, base = Routes(service, "operations"), f"{service}:operate", f"/v1/operations/{service}/dead-letters"

    @routes.read(base, scope=scope, units=UnitRule.ANY, response_model=DeadLetters, summary="Events put aside")
    async def list_dead_letters(
        call: Reads,
        state: Annotated[State | None, Query(description="By default all.")] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
    ) -> DeadLetters:
        async with call.service.database.read() as read:
            letters = await list_letters(read.connection, state, limit)
        return DeadLetters(items=[DeadLetter(**_told(letter)) for letter in letters])

    @routes.read(
        f"{base}/{{event_id}}", scope=scope, units=UnitRule.ANY, response_model=DeadLetterShown, summary="One of them"
    )
    async def get_dead_letter(event_id: UUID, call: Reads) -> DeadLetterShown:
        letter = await _letter(call, event_id)
        async with call.service.database.read() as read:
            acts = await acts_on(read.connection, letter["consumer"], event_id)
        done = [DoneWith.model_validate(act, from_attributes=True) for act in acts]
        return DeadLetterShown(**_told(letter), data=_shown(letter["data"]), acts=done)

    @routes.create(
        f"{base}/{{event_id}}/acts",
        scope=scope,
        units=UnitRule.ANY,
        response_model=ActDone,
        summary="Handle it after all, or discard it",
    )
    async def act_on_dead_letter(event_id: UUID, body: NewAct, call: Creates) -> ActDone:
        act_id = await _replay(call, event_id, body) if body.act is Act.REPLAY else await _once(call, event_id, body)
        return ActDone(act_id=act_id, event_id=event_id)

    return routes


async def _replay(call: CreateCall, event_id: UUID, act: NewAct) -> UUID:
    letter = await _letter(call, event_id)
    consumer = next((one for one in call.service.consumers if one.topic == letter["topic"]), None)
    if consumer is None or letter["type"] == UNREADABLE:
        raise ReplayFailed(event=event_id, failure="Unreadable")
    try:
        await consumer.prepare(to_message(letter))
        return await _once(call, event_id, act, consumer)
    except Problem:
        raise
    except Exception as error:
        if is_passing(error):
            raise
        raise ReplayFailed(event=event_id, failure=type(error).__name__) from error


async def _once(call: CreateCall, event_id: UUID, act: NewAct, consumer: Consumer | None = None) -> UUID:
    """Do it in one transaction: what the event brings about, what became of it, who did it and why."""

    async def effect(tx: Write) -> UUID:
        letter = await find_letter(tx.connection, call.service.name, event_id)
        if letter is None:
            raise DeadLetterUnknown(event=event_id)
        if state_of(letter) is not State.WAITING:
            raise DeadLetterSettled(event=event_id, state=state_of(letter))
        if consumer is not None:
            await consumer.take_effect(tx, [to_message(letter)])
        act_id = new_id(call.service.clock)
        await note_act(tx, letter, act.act, act_id=act_id, reason=act.reason, client=call.principal.client_id)
        return act_id

    return await call.once(effect)


async def _letter(call: Call, event_id: UUID) -> RowMapping:
    async with call.service.database.read() as read:
        letter = await find_letter(read.connection, call.service.name, event_id)
    if letter is None:
        raise DeadLetterUnknown(event=event_id)
    return letter


def _told(letter: RowMapping) -> dict[str, Any]:
    return {name: letter[name] for name in DeadLetter.model_fields if name in letter} | {"state": state_of(letter)}


def _shown(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data[:_SHOWN_BYTES].decode(errors="replace")
