"""The directory of services."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from contracts.unit import UnitCode
from runtime.database import Write
from runtime.http.call import Call
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, page_of, place_of
from runtime.http.pages import Changes, Page
from runtime.http.routes import Creates, Lists, Routes
from services.referrals.api.units import code_of, unit_today
from services.referrals.domain.need import NeedKind
from services.referrals.store.support_services import get_service, list_services, services_after
from services.referrals.usecases.register_service import RegisterService, register_service

routes = Routes("referrals", "support-services")

_EXAMPLE: JsonDict = {
    "organization_name": "Trạm Y tế xã Kim Tân",
    "name": "Xét nghiệm và tư vấn HIV",
    "provider": "15187.YT",
    "needs": ["hiv_prevention", "arv"],
    "confidential_location": False,
    "enforcement_independent": True,
}

_Name = Annotated[str, Field(min_length=1, max_length=300)]


class NewSupportService(BaseModel):
    """What an organisation offers."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    organization_name: _Name
    name: _Name
    provider: UnitCode = Field(description="Mã đơn vị cung cấp dịch vụ.")
    needs: list[NeedKind] = Field(min_length=1, max_length=len(NeedKind), description="Các nhu cầu được đáp ứng.")
    confidential_location: bool = Field(default=False, description="Không ai được biết địa điểm trước khi hẹn.")
    enforcement_independent: bool = Field(description="Không liên quan đến việc kiểm tra, điều tra, xử lý. Bắt buộc.")


class SupportServiceShown(BaseModel):
    """A service of the directory."""

    service_id: UUID
    organization_name: str
    name: str
    provider: str
    needs: list[NeedKind]
    confidential_location: bool
    enforcement_independent: bool
    revision: int


@routes.create(
    "/v1/support-services",
    scope="referrals:directory",
    units=UnitRule.ACTS_FOR,
    summary="Đăng ký dịch vụ hỗ trợ",
    response_model=SupportServiceShown,
)
async def post_support_service(body: NewSupportService, call: Creates) -> SupportServiceShown:
    """Cơ quan điều tra, kiểm tra, xử lý không đăng ký được dịch vụ."""

    async def effect(tx: Write) -> UUID:
        service = call.service
        command = RegisterService(
            body.organization_name,
            body.name,
            unit_today(call, body.provider),
            body.needs,
            confidential_location=body.confidential_location,
            enforcement_independent=body.enforcement_independent,
        )
        return await register_service(
            command,
            tx=tx,
            actor=call.actor,
            at=call.arrived_at,
            clock=service.clock,
            reference=service.reference,
        )

    service_id = await call.once(effect)
    async with call.service.database.read() as read:
        row = await get_service(read, service_id)
    return _shown(call, row)


@routes.list(
    "/v1/support-services",
    scope="referrals:read",
    units=UnitRule.ANY,
    summary="Danh mục dịch vụ hỗ trợ",
    response_model=Page[SupportServiceShown] | Changes[SupportServiceShown],
)
async def get_support_services(call: Lists) -> Page[SupportServiceShown] | Changes[SupportServiceShown]:
    """Theo thứ tự đăng ký; hoặc, với `after`, các dịch vụ đăng ký sau đó."""
    async with call.service.database.read() as read:
        if call.after is not None:
            followed = await services_after(read, after=call.after, limit=call.limit)
            return changes_of(call, followed, [_shown(call, row) for row in followed.rows])
        rows = await list_services(read, beyond=place_of(call, UUID), limit=call.limit + 1)
    return page_of(call, rows, "id", lambda row: _shown(call, row))


def _shown(call: Call, row: Any) -> SupportServiceShown:
    return SupportServiceShown(
        service_id=row.id,
        organization_name=row.organization_name,
        name=row.name,
        provider=code_of(call, row.provider_id),
        needs=row.needs,
        confidential_location=row.confidential_location,
        enforcement_independent=row.enforcement_independent,
        revision=row.revision,
    )
