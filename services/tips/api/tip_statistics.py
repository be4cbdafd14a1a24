"""Statistics of tips for whoever handles none: of periods that are over, and so that nobody is recognised in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from kernel.calendar.period import CutOff, DaySpan, parse_period
from kernel.clock import legal_day, start_of
from runtime.http.declaration import UnitRule
from runtime.http.routes import Reads, Routes
from services.tips.api.acting import unit_today
from services.tips.api.tip_views import code_of
from services.tips.domain.figures import Dimension, Funnel, funnels
from services.tips.domain.protection import SMALLEST, STEP, all_protected
from services.tips.domain.refusals import PeriodNotOver
from services.tips.usecases.count_tips import Asked, count_tips

routes = Routes("tips", "statistics")

Counts = dict[str, int | None]
_SAID = ("received", "handled_in_time", "handled_late", "running_in_time", "running_late")


class Breakdown(StrEnum):
    """By what statistics are broken down: by one thing at a time, for two together would single out."""

    UNIT = Dimension.UNIT.value
    CHANNEL = Dimension.CHANNEL.value
    CATEGORY = Dimension.CATEGORY.value


class StatisticsLine(BaseModel):
    """Those of one place."""

    place: str
    counts: Counts


class TipStatistics(BaseModel):
    """Tips received in a period by a unit and those below it, as they stand now."""

    unit: str
    period: str
    from_on: date
    until_on: date = Field(description="Exclusive end.")
    as_of: datetime
    smallest: int = Field(description="A smaller count is null, also where it is 0.")
    rounded_to: int = Field(description="Every other count is the nearest multiple of it.")
    total: Counts = Field(description="`received`, and its four parts: handled or running, in time or late.")
    lines: list[StatisticsLine] = Field(description="Places where fewer tips came than `smallest` are left out.")


@routes.read(
    "/v1/tips/statistics",
    scope="tips:statistics",
    units=UnitRule.ANY,
    response_model=TipStatistics,
    summary="Read how many tips came and were handled in time, without small or exact counts",
)
async def get_tip_statistics(
    call: Reads,
    unit: str,
    period: Annotated[str, Query(max_length=80, description="2025, 2025-H1, 2025-Q2, 2025-04: one that is over.")],
    by: Annotated[Breakdown, Query(description="What the lines are.")] = Breakdown.CATEGORY,
) -> TipStatistics:
    top, span = unit_today(call, unit), _days_of(period, legal_day(call.arrived_at))
    async with call.service.database.read() as read:
        asked = Asked(top, start_of(span.starts_on), start_of(span.until), call.arrived_at)
        standings = await count_tips(asked, call.reference, read)
    whole, parts = funnels(standings, [Dimension(by)])
    said = ((place, _said(funnel)) for (place,), funnel in parts.items())
    return TipStatistics(
        unit=code_of(call, top),
        period=parse_period(period).key,
        from_on=span.starts_on,
        until_on=span.until,
        as_of=call.arrived_at,
        smallest=SMALLEST,
        rounded_to=STEP,
        total=_said(whole),
        lines=[StatisticsLine(place=place, counts=counts) for place, counts in said if counts["received"] is not None],
    )


def _days_of(period: str, today: date) -> DaySpan:
    """Return the days of a period by the cut-off of periodic reports (NĐ 09/2019/NĐ-CP, art. 12).

    Raises:
        UnreadablePeriod: The text names no period.
        PeriodNotOver: It has days to come, or none of its own.
    """
    span = parse_period(period).days(CutOff.DECREE_09)
    if span is None or today < span.until:
        raise PeriodNotOver(period=period)
    return span


def _said(funnel: Funnel) -> Counts:
    counts: Mapping[str, int] = asdict(funnel)
    return all_protected({name: counts[name] for name in _SAID})
