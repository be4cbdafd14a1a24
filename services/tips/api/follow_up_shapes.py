"""What an informant sees and writes with the follow-up code, and what officers answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from contracts.events.tips import Category, Outcome
from services.tips.domain.tip import TipState

_TEXT: JsonDict = {"text": "Tôi vừa thấy thêm một việc."}


class NewMessage(BaseModel):
    """What somebody writes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_TEXT]})

    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class MessageMade(BaseModel):
    """A message that was kept."""

    message_id: UUID
    written_at: datetime


class MessageShown(BaseModel):
    """A message as both sides read it. The informant stays whoever has the code."""

    message_id: UUID
    written_at: datetime
    by: Literal["informant", "unit"]
    text: str


class InformantSeen(BaseModel):
    """Somebody was shown who gave the tip."""

    seen_at: datetime
    by_unit: str


class Forwarded(BaseModel):
    """A body outside of this system got what an officer says of the tip."""

    forwarded_at: datetime
    body: str


class TipFollowed(BaseModel):
    """How a tip stands, for whoever has its follow-up code: never what it says, or who said it."""

    number: str
    received_at: datetime
    state: TipState
    category: Category | None
    responsible: str = Field(description="Code of the unit that has it now.")
    due_at: datetime | None = Field(description="The next deadline of the law that is open.")
    handled_at: datetime | None
    outcome: Outcome | None
    informant_seen: list[InformantSeen] = Field(description="When who gave the tip was shown, and to which unit.")
    forwarded: list[Forwarded] = Field(description="When it was forwarded, and to which body; never who gave it.")
    messages: list[MessageShown] = Field(description="Up to 50, the newest last.")
    earlier: UUID | None = Field(
        description="Ask with `before` of this value for the messages before these; none where these are all."
    )
    content_destroyed_at: datetime | None = Field(
        description="When what was said and written was destroyed: there are no messages since then."
    )
