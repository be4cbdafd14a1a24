"""What the routes of cases take and answer. What is sealed goes in, and stands in one answer only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.events.referrals import Group
from contracts.unit import UnitCode
from services.referrals.api.sealed import Person, Prose
from services.referrals.domain.consent import Purpose
from services.referrals.domain.need import NeedKind


class NewCase(BaseModel):
    """Who is to be supported."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"group": "woman_at_high_risk", "unit": "15187", "holder": "15187.YT", "person": {}}]
        },
    )

    group: Group
    unit: UnitCode = Field(description="Mã đơn vị hành chính của người được hỗ trợ.")
    holder: UnitCode = Field(description="Mã đơn vị giữ hồ sơ.")
    person: Person | None = Field(default=None, description="Thông tin cá nhân, được mã hóa; có thể ẩn danh.")


class CaseOpened(BaseModel):
    """A case that was opened: what never changes in it."""

    case_id: UUID
    reference: str = Field(description="Mã trung tính, mang theo được.")
    opened_at: datetime


class NewNeed(BaseModel):
    """What a person needs."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"kind": "vocational"}]})

    kind: NeedKind


class NeedStated(BaseModel):
    """A need that was stated."""

    need_id: UUID
    case_id: UUID
    kind: NeedKind
    name: str
    stated_at: datetime


class NewDecision(BaseModel):
    """Whether a person is eligible, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"positive": True, "reason": "Đủ điều kiện theo quy định."}]},
    )

    positive: bool
    reason: Prose = Field(description="Được mã hóa.")


class DecisionTaken(BaseModel):
    """A decision, without its reason."""

    decision_id: UUID
    need_id: UUID
    positive: bool
    decided_at: datetime
    unit: str = Field(description="Mã đơn vị quyết định.")


class NewConsent(BaseModel):
    """What a person agrees to, and what proves it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "service_id": "019b1e24-7a40-7d02-8f4c-6b1d90c2ac01",
                    "evidence": "Phiếu đồng ý lưu tại trạm.",
                }
            ]
        },
    )

    purpose: Purpose = Purpose.REFERRAL
    service_id: UUID = Field(description="Dịch vụ nhận thông tin.")
    evidence: Prose = Field(description="Bằng chứng, được mã hóa.")
    expires_on: date | None = Field(default=None, description="Ngày cuối cùng; mặc định 90 ngày, nhiều nhất một năm.")


class ConsentGiven(BaseModel):
    """A consent, without its evidence: what never changes in it."""

    consent_id: UUID
    case_id: UUID
    purpose: Purpose
    service_id: UUID
    given_at: datetime
    expires_on: date = Field(description="Ngày cuối cùng còn hiệu lực.")


class ConsentShown(ConsentGiven):
    """A consent as it stands. Its ETag is what a withdrawal sends as `If-Match`."""

    withdrawn_at: datetime | None
    version: int = Field(description='`If-Match: "<version>"` khi rút.')


class NeedShown(NeedStated):
    """A need, and the latest decision on it."""

    decision: DecisionTaken | None


class CaseShown(CaseOpened):
    """A case with its needs and consents, without the person."""

    group: Group
    unit: str
    holder: str
    needs: list[NeedShown]
    consents: list[ConsentShown]


class PersonShown(BaseModel):
    """The details of a person, in the clear."""

    case_id: UUID
    person: dict[str, Any] | None = Field(description="Không có nếu ẩn danh.")
