"""How tips are sent and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from contracts.events.tips import Category, Outcome
from contracts.unit import UnitCode
from runtime.http.plain_json import is_plain_json
from services.tips.domain.grade import Grade
from services.tips.domain.nature import Instance
from services.tips.domain.tip import TipState

_CONTENT: JsonDict = {
    "summary": "Có dấu hiệu hoạt động trái phép tại một cơ sở lưu trú.",
    "place": "Đường số 3, phường Bình Thuận",
    "time": "Buổi tối các ngày cuối tuần",
    "how_known": "Người dân sống gần đó báo qua đường dây nóng",
}
_INFORMANT: JsonDict = {"name": "Nguyễn Văn A", "phone": "0900000000"}

Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Line = Annotated[str, Field(min_length=1, max_length=1000)]
Note = Annotated[str, Field(max_length=5000, description="For the file; it is kept sealed.")]


class _Part(BaseModel):
    """A part of a tip. More fields may come, and are kept as they came."""

    @model_validator(mode="after")
    def _ensure_it_can_be_kept(self) -> Self:
        if not is_plain_json(self.model_extra):
            raise PydanticCustomError("json_unwritable", "what is sent beside the known fields cannot be kept")
        return self


class Content(_Part):
    """What a tip says, by the fields of the book of receipts (TT 28/2020/TT-BCA, art. 5.3). More fields may come."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_CONTENT]})

    summary: Text
    place: Line | None = None
    time: Line | None = None
    persons: Line | None = None
    means: Line | None = None
    how_known: Line | None = None


class Informant(_Part):
    """Who said it, as far as they want to be known. More fields may come."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_INFORMANT]})

    name: Line | None = None
    phone: Line | None = None
    address: Line | None = None
    refused_because: Line | None = Field(default=None, description="Why they would not say who they are.")


class HotlineTip(BaseModel):
    """A tip as a hotline sends it. What does not fit is kept as it came, as an unreadable tip."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"unit": "68", "content": _CONTENT, "informant": _INFORMANT}]}
    )

    unit: UnitCode | None = Field(default=None, description="The receiving unit; by default the sender's.")
    content: Content
    informant: Informant | None = Field(default=None, description="None for an anonymous tip.")


class PublicTip(BaseModel):
    """A tip that anybody sends, with a name or without."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"unit": "68", "content": _CONTENT}]})

    unit: UnitCode | None = Field(default=None, description="The receiving unit; by default that above all.")
    content: Content
    informant: Informant | None = Field(default=None, description="None for an anonymous tip.")


class Mailbatch(BaseModel):
    """Mails as they lay in a mailbox, byte for byte. Each becomes a tip, whatever is in it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"messages": ["RnJvbTogYQoKYg=="]}]})

    messages: list[Base64Bytes] = Field(min_length=1, max_length=500, description="Raw MIME, base64.")


class NewTip(BaseModel):
    """A tip that an officer enters for somebody who called, came or wrote."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"unit": "68", "channel": "visitor", "content": _CONTENT}]}
    )

    unit: UnitCode = Field(description="The receiving unit.")
    channel: Literal["phone", "visitor", "letter", "village", "other"] = Field(
        description="`village`: a notice of a village or group, which may give it to any unit above itself."
    )
    content: Content
    informant: Informant | None = None


class Receipt(BaseModel):
    """The proof that a tip was kept: nothing in it ever changes."""

    tip_id: UUID
    number: str
    unit: str
    received_at: datetime
    leaf: str = Field(description="The tip's entry in the ledger (SHA-256, hex).")
    statement: str = Field(description="What is signed, byte for byte: unit, number, leaf and instant of receipt.")
    signature: str = Field(description="Ed25519 (RFC 8032), base64. Check it with the key from /v1/tips/receipt-keys.")
    key_id: str
    follow_up_code: str = Field(description="For the informant, to follow the tip without a name; it is not kept here.")


class Receipts(BaseModel):
    """One receipt for each mail of a batch, in its order."""

    receipts: list[Receipt]


class ReceiptKeys(BaseModel):
    """The public keys of receipts, as a JWK set (RFC 7517)."""

    keys: list[dict[str, Any]]


class DeadlineShown(BaseModel):
    """By when something must be done."""

    step: str
    due_at: datetime = Field(description="Exclusive end.")
    done_at: datetime | None
    stands_since: datetime | None = Field(description="Its clock stands still since then.")
    missed: bool
    reference: str


class HappeningShown(BaseModel):
    """One thing that happened to a tip."""

    kind: str
    occurred_at: datetime
    recorded_at: datetime
    by: str | None
    facts: dict[str, Any]


class TipLine(BaseModel):
    """A tip in a list."""

    tip_id: UUID
    number: str
    unit: str
    responsible: str
    channel: str
    readable: bool
    state: TipState
    category: Category | None
    grade: Grade | None = Field(description="An officer's mark. It hides nothing.")
    received_at: datetime
    due_at: datetime | None = Field(description="The next deadline that is open.")
    unread_since: datetime | None = Field(
        description="When the informant wrote something that nobody has read to its end for the responsible unit."
    )
    revision: int


class TipShown(TipLine):
    """A tip as it stands, without a word of it."""

    can: list[str] = Field(description="What can be done with it in this state; `forward` by making a package.")
    instance: Instance | None
    duplicate_of: UUID | None
    outcome: Outcome | None
    transferred_at: datetime | None = Field(description="When it was first transferred to another unit.")
    handled_at: datetime | None
    closed_at: datetime | None
    retained_at: datetime | None = Field(description="Since when its content is kept beyond the usual period.")
    content_destroyed_at: datetime | None = Field(description="When its content was destroyed; its receipt stands.")
    late: bool = Field(
        description="Whether a statutory deadline was missed, as what the tip is now; of a tip that was transferred, "
        "by the unit that received it."
    )
    deadlines: list[DeadlineShown]
    history: list[HappeningShown]
    readings: int = Field(description="How often somebody saw what was said, or who said it.")


class ContentShown(BaseModel):
    """What a tip says."""

    tip_id: UUID
    readable: bool
    content: dict[str, Any] | None
    raw: str | None = Field(description="The bytes of an unreadable tip as they came, base64.")
