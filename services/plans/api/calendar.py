"""Working days and days off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Body, Query
from pydantic import BaseModel, Field

from contracts.events.plans import DayDecision
from kernel.calendar.days_off import Explanation, Reason
from runtime.database import Write
from runtime.http.declaration import UnitRule
from runtime.http.routes import Creates, Reads, Routes
from services.plans.api.examples import DAY_DECISION
from services.plans.usecases.decide_days_off import decide_days_off

routes = Routes("plans", "calendar")

_PLAIN = (Reason.WORKING_WEEK, Reason.WEEKEND)


class DayDecisionTaken(BaseModel):
    """A decision that is part of the calendar."""

    decision_id: UUID
    decision: str


class NotableDay(BaseModel):
    """A day that is not what its weekday says, or for which somebody decided."""

    day: date
    working: bool
    reason: Reason
    holiday: str | None = None
    decision: str | None = None


class CalendarOfYear(BaseModel):
    """The days of a year that are not plain working days or weekends."""

    year: int
    complete: bool = Field(description="Whether all movable holidays of the year are decided.")
    digest: str = Field(description="SHA-256 of the whole calendar: stored with every due instant found from it.")
    days: Sequence[NotableDay]


@routes.create(
    "/v1/calendar/decisions",
    scope="plans:calendar",
    units=UnitRule.ANY,
    summary="Ghi quyết định về ngày nghỉ",
    response_model=DayDecisionTaken,
)
async def take_day_decision(
    call: Creates, decision: Annotated[DayDecision, Body(openapi_examples=DAY_DECISION)]
) -> DayDecisionTaken:
    """Ngày nghỉ và ngày làm bù theo quyết định. Quyết định được thêm vào, không sửa."""

    async def effect(tx: Write) -> UUID:
        return await decide_days_off(decision, tx=tx, reference=call.service.reference)

    return DayDecisionTaken(decision_id=await call.once(effect), decision=decision.decision)


@routes.read(
    "/v1/calendar",
    scope="plans:read",
    units=UnitRule.ANY,
    summary="Lịch ngày nghỉ của một năm",
    response_model=CalendarOfYear,
)
async def read_calendar(call: Reads, year: Annotated[int, Query(ge=2000, le=2100)]) -> CalendarOfYear:
    """Những ngày không theo lệ thường của tuần, với lý do và quyết định."""
    calendar = call.reference.calendar
    explained = (calendar.explain(date(year, 1, 1) + timedelta(days=ahead)) for ahead in range(366))
    notable = [each for each in explained if each.day.year == year and each.reason not in _PLAIN]
    return CalendarOfYear(
        year=year, complete=calendar.covers(year), digest=calendar.digest, days=[_notable(each) for each in notable]
    )


def _notable(each: Explanation) -> NotableDay:
    return NotableDay(
        day=each.day,
        working=each.is_working_day,
        reason=each.reason,
        holiday=each.holiday.name if each.holiday else None,
        decision=each.decision.decision if each.decision else None,
    )
