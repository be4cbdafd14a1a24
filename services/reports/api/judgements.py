"""Verdicts of the receiver on promises without a number."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from contracts.plan import Code
from contracts.unit import UnitCode
from runtime.database import Write
from runtime.http.declaration import UnitRule
from runtime.http.routes import Creates, Routes
from services.reports.api.sheets import unit_under
from services.reports.store.judgements import get_judgement
from services.reports.store.plans import get_plan
from services.reports.usecases.judge_indicator import JudgeIndicator, judge_indicator

routes = Routes("reports", "indicators")

_EXAMPLE: JsonDict = {
    "plan": "kim-tan-2026",
    "indicator": "communication.forms",
    "unit": "15187",
    "period": "2026",
    "met": True,
    "reason": "Có loa truyền thanh, sân khấu hóa và tờ rơi.",
}


class NewJudgement(BaseModel):
    """A verdict with its reason."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    plan: Code
    indicator: Code
    unit: UnitCode = Field(description="The unit judged, with all below it.")
    period: str
    met: bool
    reason: str = Field(min_length=1, max_length=2000)


class JudgementMade(BaseModel):
    """The verdict as it was given."""

    judgement_id: UUID
    indicator: str
    period: str
    met: bool
    occurred_at: datetime


@routes.create(
    "/v1/judgements",
    scope="reports:review",
    units=UnitRule.ACTS_FOR,
    response_model=JudgementMade,
    summary="Judge an indicator without a number",
)
async def post_judgement(body: NewJudgement, call: Creates) -> JudgementMade:
    async def effect(tx: Write) -> UUID:
        unit_id = await unit_under(call, tx, await get_plan(tx, body.plan), body.unit)
        command = JudgeIndicator(body.plan, body.indicator, unit_id, body.period, body.met, body.reason)
        return await judge_indicator(command, tx=tx, actor=call.actor, at=call.arrived_at, clock=call.service.clock)

    judgement_id = await call.once(effect)
    async with call.service.database.read() as read:
        row = await get_judgement(read, judgement_id)
    return JudgementMade(
        judgement_id=row.id, indicator=row.indicator, period=row.period, met=row.met, occurred_at=row.occurred_at
    )
