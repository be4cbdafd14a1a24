"""Consents: given and withdrawn."""

from __future__ import annotations

from uuid import UUID

from runtime.database import Write
from runtime.http.call import etag_of
from runtime.http.declaration import UnitRule
from runtime.http.routes import Creates, Edits, Routes
from services.referrals.api.case_answers import consent_now, given
from services.referrals.api.case_shapes import ConsentGiven, ConsentShown, NewConsent
from services.referrals.api.sealed import Vaults
from services.referrals.store.consents import get_consent
from services.referrals.usecases.give_consent import GiveConsent, give_consent
from services.referrals.usecases.withdraw_consent import withdraw_consent

routes = Routes("referrals", "consents")


@routes.create(
    "/v1/support-cases/{case_id}/consents",
    scope="referrals:case",
    units=UnitRule.ACTS_FOR,
    summary="Ghi sự đồng ý",
    response_model=ConsentGiven,
)
async def post_consent(case_id: UUID, body: NewConsent, call: Creates, vault: Vaults) -> ConsentGiven:
    """Cho một mục đích và một nơi nhận, có thời hạn. Bằng chứng được mã hóa."""

    async def effect(tx: Write) -> UUID:
        command = GiveConsent(case_id, body.purpose, body.service_id, body.evidence, body.expires_on)
        at, clock = call.arrived_at, call.service.clock
        return await give_consent(command, tx=tx, actor=call.actor, at=at, clock=clock, vault=vault)

    consent_id = await call.once(effect)
    async with call.service.database.read() as read:
        row = await get_consent(read, consent_id)
    call.response.headers["ETag"] = etag_of(1)
    return given(row)


@routes.edit(
    "POST",
    "/v1/consents/{consent_id}/withdraw",
    scope="referrals:case",
    units=UnitRule.ACTS_FOR,
    summary="Rút sự đồng ý",
    response_model=ConsentShown,
)
async def post_withdrawal(consent_id: UUID, call: Edits) -> ConsentShown:
    """Các lượt chuyển gửi chưa xong tới nơi nhận đó bị hủy ngay."""

    async def effect(tx: Write) -> None:
        row = await get_consent(tx, consent_id)
        call.must_match(row.version)
        await withdraw_consent(row, tx=tx, actor=call.actor, at=call.arrived_at)

    await call.write(effect)
    async with call.service.database.read() as read:
        row = await get_consent(read, consent_id)
    call.response.headers["ETag"] = etag_of(row.version)
    return consent_now(row)
