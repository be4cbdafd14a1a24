"""Statistics of tips for whoever handles none: of periods that are over, and so that nobody is recognised in them.

They are of provinces and of quarters only, which share no tip: what is said of one says nothing of another.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from kernel.calendar.period import CutOff, DaySpan, Frequency, parse_period
from kernel.clock import legal_day, start_of
from kernel.ids import UnitId
from runtime.http.call import OpenCall
from runtime.http.declaration import UnitRule
from runtime.http.routes import Reads, Routes
from services.tips.domain.protection import SMALLEST, STEP, say
from services.tips.domain.refusals import PeriodNotOffered, PeriodNotOver, UnitNotOffered, UnitUnknown
from services.tips.usecases.count_at_end import Stood, count_at_end

routes = Routes("tips", "statistics")

_OFFERED = "province"
_ONE_DAY = timedelta(days=1)


class Breakdown(StrEnum):
    """By what statistics are broken down: by one thing at a time, for two together would single out."""

    CHANNEL = "channel"
    CATEGORY = "category"
    STANDING = "standing"


class StatisticsLine(BaseModel):
    """Those of one place."""

    place: str
    received: int


class TipStatistics(BaseModel):
    """Tips received in a quarter by a province and all units below it, as they stood when the quarter ended."""

    unit: str
    period: str
    from_on: date
    until_on: date = Field(description="Exclusive end.")
    as_of: datetime = Field(description="The end of the period: nothing that is done later moves what is said.")
    smallest: int = Field(description="A tip is counted nowhere if its channel, category or standing has fewer.")
    rounded_to: int = Field(description="Every count is the nearest multiple of it.")
    received: int | None = Field(description="Tips that are counted; null if none is.")
    lines: list[StatisticsLine] = Field(
        description="Of the same tips. A place that is not named has fewer than `smallest`, or none."
    )


@routes.read(
    "/v1/tips/statistics",
    scope="tips:statistics",
    units=UnitRule.ANY,
    response_model=TipStatistics,
    summary="Read how many tips came and were handled in time, without small or exact counts",
)
async def get_tip_statistics(
    call: Reads,
    unit: Annotated[str, Query(max_length=80, description="Code of a province on the last day of the period.")],
    period: Annotated[str, Query(max_length=80, description="A quarter that has been over for a day: 2025-Q2.")],
    by: Annotated[
        Breakdown,
        Query(description="What the lines are. `standing`: `handled_in_time`, `handled_late` or `running`."),
    ] = Breakdown.CATEGORY,
) -> TipStatistics:
    span = _days_of(period, legal_day(call.arrived_at))
    top = _province(call, unit, span.until - _ONE_DAY)
    async with call.service.database.read() as read:
        said = say(await count_at_end(top, span, call.reference, read))
    places = said.places[Stood._fields.index(by.value)] if said.places else {}
    return TipStatistics(
        unit=unit,
        period=parse_period(period).key,
        from_on=span.starts_on,
        until_on=span.until,
        as_of=start_of(span.until),
        smallest=SMALLEST,
        rounded_to=STEP,
        received=said.whole,
        lines=[StatisticsLine(place=place, received=count) for place, count in places.items()],
    )


def _days_of(period: str, today: date) -> DaySpan:
    """Return the days of a quarter by the cut-off of periodic reports (NĐ 09/2019/NĐ-CP, art. 12).

    Raises:
        UnreadablePeriod: The text names no period.
        PeriodNotOffered: It is no quarter.
        PeriodNotOver: It has days to come, or ended only today: what came last may still be on its way.
    """
    asked = parse_period(period)
    span = asked.days(CutOff.DECREE_09)
    if span is None or asked.frequency is not Frequency.QUARTER:
        raise PeriodNotOffered(period=period)
    if today <= span.until:
        raise PeriodNotOver(period=period)
    return span


def _province(call: OpenCall, code: str, day: date) -> UnitId:
    """Return the province that had a code on a day.

    Raises:
        UnitUnknown: No unit had.
        UnitNotOffered: It was no province.
    """
    found = call.reference.tree.find(code, day)
    if found is None:
        raise UnitUnknown(unit=code, day=day.isoformat())
    if found.kind != _OFFERED:
        raise UnitNotOffered(unit=code)
    return found.id
