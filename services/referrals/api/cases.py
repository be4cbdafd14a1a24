"""Support cases: opened, read, and their persons shown to whoever may see them and is written down for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.ids import UnitId
from runtime.database import Write
from runtime.http.declaration import UnitRule
from runtime.http.routes import Creates, Reads, Routes
from services.referrals.api.case_answers import answer_case, opened, stated, taken
from services.referrals.api.case_shapes import (
    CaseOpened,
    CaseShown,
    DecisionTaken,
    NeedStated,
    NewCase,
    NewDecision,
    NewNeed,
    PersonShown,
)
from services.referrals.api.sealed import Vaults
from services.referrals.api.units import unit_today
from services.referrals.store.cases import get_case
from services.referrals.store.needs import get_decision, get_need_by_id
from services.referrals.usecases.ask_for_person import ask_for_person, open_person
from services.referrals.usecases.decide_eligibility import DecideEligibility, decide_eligibility
from services.referrals.usecases.open_case import OpenCase, open_case
from services.referrals.usecases.state_need import state_need

routes = Routes("referrals", "support-cases")


@routes.create(
    "/v1/support-cases",
    scope="referrals:case",
    units=UnitRule.ACTS_FOR,
    summary="Mở hồ sơ hỗ trợ",
    response_model=CaseOpened,
)
async def post_case(body: NewCase, call: Creates, vault: Vaults) -> CaseOpened:
    """Thông tin cá nhân được mã hóa bằng khóa riêng của hồ sơ; không bắt buộc."""

    async def effect(tx: Write) -> UUID:
        command = OpenCase(body.group, unit_today(call, body.unit), unit_today(call, body.holder), body.person)
        return await open_case(
            command,
            tx=tx,
            actor=call.actor,
            at=call.arrived_at,
            clock=call.service.clock,
            vault=vault,
            reference=call.service.reference,
        )

    case_id = await call.once(effect)
    async with call.service.database.read() as read:
        return opened(await get_case(read, case_id))


@routes.read(
    "/v1/support-cases/{case_id}",
    scope="referrals:case",
    units=UnitRule.WITHIN,
    summary="Xem hồ sơ hỗ trợ",
    response_model=CaseShown,
)
async def get_one_case(case_id: UUID, call: Reads) -> CaseShown:
    """Nhu cầu, quyết định và sự đồng ý; không có thông tin cá nhân."""
    async with call.service.database.read() as read:
        row = await get_case(read, case_id)
        call.actor.must_act_for(UnitId(row.holder_id))
        return await answer_case(call, read, row)


@routes.read(
    "/v1/support-cases/{case_id}/person",
    scope="referrals:person",
    units=UnitRule.WITHIN,
    summary="Xem thông tin cá nhân",
    response_model=PersonShown,
)
async def get_person(case_id: UUID, call: Reads, vault: Vaults) -> PersonShown:
    """Mỗi lần xem được ghi lại trước khi trả lời."""

    async def effect(tx: Write) -> Any:
        return await ask_for_person(case_id, tx=tx, actor=call.actor, at=call.arrived_at, clock=call.service.clock)

    case = await call.write(effect)
    call.response.headers["Cache-Control"] = "no-store"
    return PersonShown(case_id=case.id, person=open_person(case, vault))


@routes.create(
    "/v1/support-cases/{case_id}/needs",
    scope="referrals:case",
    units=UnitRule.ACTS_FOR,
    summary="Ghi nhu cầu",
    response_model=NeedStated,
)
async def post_need(case_id: UUID, body: NewNeed, call: Creates) -> NeedStated:
    """Một nhu cầu của hồ sơ."""

    async def effect(tx: Write) -> UUID:
        at, clock = call.arrived_at, call.service.clock
        return await state_need(case_id, body.kind, tx=tx, actor=call.actor, at=at, clock=clock)

    need_id = await call.once(effect)
    async with call.service.database.read() as read:
        return stated(await get_need_by_id(read, need_id))


@routes.create(
    "/v1/support-cases/{case_id}/needs/{need_id}/decisions",
    scope="referrals:case",
    units=UnitRule.ACTS_FOR,
    summary="Quyết định đủ điều kiện hay không",
    response_model=DecisionTaken,
)
async def post_decision(case_id: UUID, need_id: UUID, body: NewDecision, call: Creates, vault: Vaults) -> DecisionTaken:
    """Quyết định mới nhất có giá trị. Lý do được mã hóa."""

    async def effect(tx: Write) -> UUID:
        command = DecideEligibility(case_id, need_id, positive=body.positive, reason=body.reason)
        at, clock = call.arrived_at, call.service.clock
        return await decide_eligibility(command, tx=tx, actor=call.actor, at=at, clock=clock, vault=vault)

    decision_id = await call.once(effect)
    async with call.service.database.read() as read:
        return taken(call, await get_decision(read, decision_id))
