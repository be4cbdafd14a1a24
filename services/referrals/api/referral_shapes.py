"""What the routes of referrals take and answer. A provider and a holder see the same: the minimum."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.referrals.domain.need import NAME_OF, NeedKind
from services.referrals.domain.referral import ReferralState

_ID = "019b1e24-7a40-7d02-8f4c-6b1d90c2ac0"
_EXAMPLE: JsonDict = {"case_id": f"{_ID}1", "need_id": f"{_ID}2", "service_id": f"{_ID}3"}


class NewReferral(BaseModel):
    """Which need is to be served by whom."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    case_id: UUID
    need_id: UUID
    service_id: UUID


class Delivery(BaseModel):
    """When a service was delivered."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"delivered_on": "2026-03-12"}]})

    delivered_on: date


class ReferralRequested(BaseModel):
    """A referral that was requested: what never changes in it."""

    referral_id: UUID
    reference: str = Field(description="Mã trung tính của hồ sơ.")
    service_id: UUID
    need: NeedKind
    need_name: str
    requested_at: datetime


class ReferralShown(ReferralRequested):
    """A referral as it stands. Its ETag is what a step sends as `If-Match`."""

    state: ReferralState
    delivered_on: date | None
    version: int = Field(description='`If-Match: "<version>"`.')
    revision: int


def requested(row: Any) -> ReferralRequested:
    """Return a referral as it was requested."""
    kind = NeedKind(row.kind)
    return ReferralRequested(
        referral_id=row.id,
        reference=row.reference,
        service_id=row.service_id,
        need=kind,
        need_name=NAME_OF[kind],
        requested_at=row.requested_at,
    )


def referral_now(row: Any) -> ReferralShown:
    """Return a referral as it stands."""
    return ReferralShown(
        **requested(row).model_dump(),
        state=ReferralState(row.state),
        delivered_on=row.delivered_on,
        version=row.version,
        revision=row.revision,
    )
