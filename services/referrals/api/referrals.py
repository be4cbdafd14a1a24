"""Referrals: requested, listed and read, by whoever holds the case or gives the service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel.ids import UnitId
from runtime.database import Write
from runtime.http.call import Call, etag_of
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, next_of, place_of
from runtime.http.pages import Changes, Page
from runtime.http.routes import Creates, Lists, Reads, Routes
from services.referrals.api.referral_shapes import (
    NewReferral,
    ReferralRequested,
    ReferralShown,
    referral_now,
    requested,
)
from services.referrals.store.referrals import get_referral, list_referrals, referrals_after
from services.referrals.usecases.request_referral import RequestReferral, request_referral

routes = Routes("referrals", "referrals")


@routes.create(
    "/v1/referrals",
    scope="referrals:case",
    units=UnitRule.ACTS_FOR,
    summary="Chuyển gửi",
    response_model=ReferralRequested,
)
async def post_referral(body: NewReferral, call: Creates) -> ReferralRequested:
    """Chỉ khi người được hỗ trợ đồng ý và đủ điều kiện. Nơi nhận chỉ thấy mã hồ sơ, nhu cầu và trạng thái."""

    async def effect(tx: Write) -> UUID:
        command = RequestReferral(body.case_id, body.need_id, body.service_id)
        clock, reference = call.service.clock, call.service.reference
        return await request_referral(
            command, tx=tx, actor=call.actor, at=call.arrived_at, clock=clock, reference=reference
        )

    referral_id = await call.once(effect)
    async with call.service.database.read() as read:
        row = await get_referral(read, referral_id)
    call.response.headers["ETag"] = etag_of(1)
    return requested(row)


@routes.list(
    "/v1/referrals",
    scope="referrals:read",
    units=UnitRule.WITHIN,
    summary="Danh sách chuyển gửi",
    response_model=Page[ReferralShown] | Changes[ReferralShown],
)
async def get_referrals(call: Lists) -> Page[ReferralShown] | Changes[ReferralShown]:
    """Các lượt mà đơn vị giữ hồ sơ hoặc cung cấp dịch vụ; hoặc, với `after`, các lượt đã thay đổi."""
    async with call.service.database.read() as read:
        if call.after is not None:
            followed = await referrals_after(read, after=call.after, limit=call.limit)
            return changes_of(call, followed, [referral_now(row) for row in _readable(call, followed.rows)])
        rows = await list_referrals(read, beyond=place_of(call, UUID), limit=call.limit + 1)
    shown = _readable(call, rows[: call.limit])
    return Page(items=[referral_now(row) for row in shown], next_cursor=next_of(call, rows, "id"))


@routes.read(
    "/v1/referrals/{referral_id}",
    scope="referrals:read",
    units=UnitRule.WITHIN,
    summary="Xem một lượt chuyển gửi",
    response_model=ReferralShown,
)
async def get_one_referral(referral_id: UUID, call: Reads) -> ReferralShown:
    """Mã hồ sơ, nhu cầu và trạng thái."""
    async with call.service.database.read() as read:
        row = await get_referral(read, referral_id)
    if not _readable(call, [row]):
        call.actor.must_act_for(UnitId(row.provider_id))
    call.response.headers["ETag"] = etag_of(row.version)
    return referral_now(row)


def _readable(call: Call, rows: Sequence[Any]) -> list[Any]:
    """Return the rows whose holder or provider the caller acts for, in their order."""
    # A list may be empty: the caller is checked all the same.
    call.actor.must_act_for(call.actor.unit())
    return [
        row
        for row in rows
        if call.actor.can_act_for(UnitId(row.holder_id)) or call.actor.can_act_for(UnitId(row.provider_id))
    ]
