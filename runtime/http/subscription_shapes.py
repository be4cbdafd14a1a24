"""What is sent and answered about subscriptions to a service's events."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Body
from pydantic import BaseModel, ConfigDict, Field

from contracts.unit import UnitCode
from runtime.http.instants import StrictInstant
from runtime.webhooks.delivery import DeliveryState
from runtime.webhooks.subscription import SubscriptionState

_URL = "https://lien-thong.tinh.example/su-kien"
_Url = Annotated[str, Field(max_length=2000, description="Địa chỉ nhận, công khai; khi vận hành chỉ nhận https.")]
_Types = Annotated[
    list[str] | None,
    Field(min_length=1, max_length=100, description="Loại sự kiện (CloudEvents); không có: mọi loại."),
]


class NewSubscription(BaseModel):
    """Who wants a service's events at a URL."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"unit": "68", "url": _URL}]})

    unit: UnitCode = Field(description="Nhận sự kiện của đơn vị này và các đơn vị dưới nó.")
    url: _Url
    types: _Types = None


class SubscriptionChange(BaseModel):
    """What is to be different. What is not named stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"state": "paused"}]})

    url: _Url = ""
    types: _Types = None
    state: Literal["active", "paused"] = Field(default="active", description="`paused` giữ chỗ: không mất sự kiện.")

    def changed(self) -> dict[str, Any]:
        """Return what was named."""
        return self.model_dump(exclude_unset=True)


class SecretMade(BaseModel):
    """A secret of a subscription. It is shown here, and to nobody who asks later."""

    subscription_id: UUID
    generation: int = Field(description="Số thứ tự của khóa: 1, 2, …")
    secret: str = Field(description="Khóa ký Standard Webhooks (`whsec_…`).")


class SubscriptionShown(BaseModel):
    """A subscription as it is now."""

    subscription_id: UUID
    unit: str
    url: str
    types: list[str] | None
    state: SubscriptionState
    generation: int
    previous_signs_until: datetime | None = Field(description="Đến lúc này khóa trước vẫn ký cùng khóa mới.")
    revision: int


class DeliveryShown(BaseModel):
    """What became of an event on its way to a subscriber."""

    event_id: UUID = Field(description="Là `webhook-id` của mọi lần gửi.")
    type: str
    recorded_at: datetime
    state: DeliveryState
    tries: int
    next_at: datetime | None
    delivered_at: datetime | None
    dead_at: datetime | None
    last_status: int | None
    last_failure: str | None


class ReplayOne(BaseModel):
    """One event, whatever became of it."""

    model_config = ConfigDict(extra="forbid")

    what: Literal["event"]
    event_id: UUID


class ReplayDead(BaseModel):
    """All that is dead."""

    model_config = ConfigDict(extra="forbid")

    what: Literal["dead"]


class ReplaySince(BaseModel):
    """All that was recorded since an instant."""

    model_config = ConfigDict(extra="forbid")

    what: Literal["since"]
    since: StrictInstant = Field(description="Cả những sự kiện có trước khi đăng ký.")


Replay = Annotated[
    ReplayOne | ReplayDead | ReplaySince,
    Body(discriminator="what", examples=[{"what": "since", "since": "2025-06-14T17:00:00Z"}]),
]
"""What is to be sent again."""


class ReplayMade(BaseModel):
    """What was asked for is sent again, under the same ids."""

    subscription_id: UUID
