"""What is done with a referral: the provider accepts, rejects, starts and completes it, the holder cancels it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from runtime.database import Write
from runtime.http.call import EditCall, etag_of
from runtime.http.declaration import UnitRule
from runtime.http.routes import Edits, Routes
from services.referrals.api.referral_shapes import Delivery, ReferralShown, referral_now
from services.referrals.domain.referral import Step
from services.referrals.store.referrals import get_referral
from services.referrals.usecases.advance_referral import advance_referral, complete_referral

routes = Routes("referrals", "referrals")


async def _changed(call: EditCall, referral_id: UUID, change: Callable[[Any, Write], Awaitable[None]]) -> ReferralShown:
    async def effect(tx: Write) -> Any:
        row = await get_referral(tx, referral_id)
        call.must_match(row.version)
        await change(row, tx)
        return await get_referral(tx, referral_id)

    row = await call.write(effect)
    call.response.headers["ETag"] = etag_of(row.version)
    return referral_now(row)


async def _advanced(call: EditCall, referral_id: UUID, step: Step) -> ReferralShown:
    async def change(row: Any, tx: Write) -> None:
        await advance_referral(row, step, tx=tx, actor=call.actor, at=call.arrived_at)

    return await _changed(call, referral_id, change)


@routes.edit(
    "POST",
    "/v1/referrals/{referral_id}/accept",
    scope="referrals:provide",
    units=UnitRule.ACTS_FOR,
    summary="Nhận",
    response_model=ReferralShown,
)
async def post_acceptance(referral_id: UUID, call: Edits) -> ReferralShown:
    """Nơi cung cấp dịch vụ nhận lượt chuyển gửi."""
    return await _advanced(call, referral_id, Step.ACCEPT)


@routes.edit(
    "POST",
    "/v1/referrals/{referral_id}/reject",
    scope="referrals:provide",
    units=UnitRule.ACTS_FOR,
    summary="Từ chối",
    response_model=ReferralShown,
)
async def post_rejection(referral_id: UUID, call: Edits) -> ReferralShown:
    """Nơi cung cấp dịch vụ không nhận lượt chuyển gửi."""
    return await _advanced(call, referral_id, Step.REJECT)


@routes.edit(
    "POST",
    "/v1/referrals/{referral_id}/start",
    scope="referrals:provide",
    units=UnitRule.ACTS_FOR,
    summary="Bắt đầu",
    response_model=ReferralShown,
)
async def post_start(referral_id: UUID, call: Edits) -> ReferralShown:
    """Nơi cung cấp dịch vụ bắt đầu."""
    return await _advanced(call, referral_id, Step.START)


@routes.edit(
    "POST",
    "/v1/referrals/{referral_id}/complete",
    scope="referrals:provide",
    units=UnitRule.ACTS_FOR,
    summary="Hoàn thành",
    response_model=ReferralShown,
)
async def post_completion(referral_id: UUID, body: Delivery, call: Edits) -> ReferralShown:
    """Dịch vụ đã được cung cấp vào một ngày."""

    async def change(row: Any, tx: Write) -> None:
        await complete_referral(row, body.delivered_on, tx=tx, actor=call.actor, at=call.arrived_at)

    return await _changed(call, referral_id, change)


@routes.edit(
    "POST",
    "/v1/referrals/{referral_id}/cancel",
    scope="referrals:case",
    units=UnitRule.ACTS_FOR,
    summary="Hủy",
    response_model=ReferralShown,
)
async def post_cancellation(referral_id: UUID, call: Edits) -> ReferralShown:
    """Đơn vị giữ hồ sơ hủy lượt chuyển gửi."""
    return await _advanced(call, referral_id, Step.CANCEL)
