"""Decisions on units."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body
from pydantic import BaseModel, Field

from contracts.unit_decision import UnitDecision
from runtime.database import Write
from runtime.http.declaration import UnitRule
from runtime.http.routes import Creates, Reads, Routes
from services.plans.api.examples import UNIT_DECISION
from services.plans.store.unit_decisions import get_unit_decision
from services.plans.usecases.decide_units import decide_units

routes = Routes("plans", "units")


class UnitDecisionTaken(BaseModel):
    """What became of a decision."""

    decision_id: UUID
    decision: str
    on: date
    reference: str
    units: int = Field(description="How many units it made or changed; what was so already is not counted.")
    successions: int


@routes.create(
    "/v1/unit-decisions",
    scope="plans:units",
    units=UnitRule.ACTS_FOR,
    summary="Ghi một quyết định về đơn vị",
    response_model=UnitDecisionTaken,
)
async def take_unit_decision(
    call: Creates, decision: Annotated[UnitDecision, Body(openapi_examples=UNIT_DECISION)]
) -> UnitDecisionTaken:
    """Đơn vị thành lập, kết thúc, chuyển cấp trên và kế tục nhau; cơ quan thường có theo mẫu. Tối đa 60.000 đơn vị."""

    async def effect(tx: Write) -> UUID:
        return await decide_units(
            decision,
            tx=tx,
            actor=call.actor,
            at=call.arrived_at,
            clock=call.service.clock,
            reference=call.service.reference,
        )

    decision_id = await call.once(effect)
    async with call.service.database.read() as read:
        return _taken(await get_unit_decision(read, decision_id))


@routes.read(
    "/v1/unit-decisions/{decision_id}",
    scope="plans:read",
    units=UnitRule.ANY,
    summary="Xem một quyết định về đơn vị",
    response_model=UnitDecisionTaken,
)
async def read_unit_decision(call: Reads, decision_id: UUID) -> UnitDecisionTaken:
    """Quyết định đã làm thay đổi bao nhiêu đơn vị."""
    async with call.service.database.read() as read:
        return _taken(await get_unit_decision(read, decision_id))


def _taken(row: Any) -> UnitDecisionTaken:
    return UnitDecisionTaken(
        decision_id=row.id,
        decision=row.decision,
        on=row.effective_on,
        reference=row.reference,
        units=row.units,
        successions=row.successions,
    )
