"""Figures of tips: how many came, how far they came, and how many were in time."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from kernel.clock import legal_day, start_of
from runtime.http.call import Call
from runtime.http.declaration import UnitRule
from runtime.http.instants import BoundedDay
from runtime.http.routes import Reads, Routes
from runtime.http.tables import Form, form_of, table_response
from services.tips.api.acting import unit_today
from services.tips.api.tip_views import code_of
from services.tips.domain.figures import Dimension, Funnel, funnels
from services.tips.usecases.count_tips import Asked, count_tips

routes = Routes("tips", "figures")

_COUNTS = tuple(one.name for one in fields(Funnel))


class FunnelShown(BaseModel):
    """How many tips came how far. The last four add up to `received`."""

    received: int
    classified: int
    accepted: int = Field(description="Taken on, by whichever unit has them.")
    resolved: int
    transferred: int = Field(
        description="To another unit, or a body outside: for the unit that received them, handled."
    )
    not_accepted: int
    closed: int
    handled_in_time: int
    handled_late: int
    running_in_time: int
    running_late: int


class FiguresLine(FunnelShown):
    """Those of one place."""

    place: dict[Dimension, str] = Field(description="By each dimension that was asked for.")


class TipFigures(BaseModel):
    """Tips received on some days by a unit and those below it, as they stand now."""

    unit: str
    from_on: date
    until_on: date = Field(description="Exclusive end.")
    as_of: datetime
    total: FunnelShown
    lines: list[FiguresLine]


@routes.read(
    "/v1/tips/figures", scope="tips:read", units=UnitRule.WITHIN, response_model=None,
    summary="How many tips came how far, and in time",
    responses={200: {"model": TipFigures, "content": {form.value: {} for form in Form if form is not Form.JSON}}},
)  # fmt: skip
async def get_tip_figures(
    call: Reads,
    unit: Annotated[str | None, Query(description="Code of the unit; by default your own.")] = None,
    from_on: Annotated[
        BoundedDay | None, Query(description="First day of receipt; by default 1/1 of this year.")
    ] = None,
    until_on: Annotated[BoundedDay | None, Query(description="Exclusive end; by default tomorrow.")] = None,
    by: Annotated[list[Dimension] | None, Query(description="Dimensions of the lines; by default the unit.")] = None,
) -> TipFigures | Response:
    figures, dimensions = await _figures(call, unit, from_on, until_on, by or [Dimension.UNIT])
    form = form_of(call.request.headers.get("accept"))
    call.response.headers["Vary"] = "Accept"
    if form is Form.JSON:
        return figures
    counts = ((one.place, one.model_dump()) for one in figures.lines)
    rows = [(*place.values(), *(all_of[name] for name in _COUNTS)) for place, all_of in counts]
    return await table_response(form, (*dimensions, *_COUNTS), rows, "tips")


async def _figures(
    call: Call, unit: str | None, from_on: date | None, until_on: date | None, by: list[Dimension]
) -> tuple[TipFigures, tuple[Dimension, ...]]:
    top = call.actor.unit() if unit is None else unit_today(call, unit)
    call.actor.must_act_for(top)
    today = legal_day(call.arrived_at)
    since, until = from_on or today.replace(month=1, day=1), until_on or today + timedelta(days=1)
    async with call.service.database.read() as read:
        asked = Asked(top, start_of(since), start_of(until), call.arrived_at)
        standings = await count_tips(asked, call.reference, read)
    dimensions = tuple(dict.fromkeys(by))
    whole, parts = funnels(standings, dimensions)
    lines = [
        FiguresLine(place=dict(zip(dimensions, place, strict=True)), **_shown(one)) for place, one in parts.items()
    ]
    shown = TipFigures(
        unit=code_of(call, top),
        from_on=since,
        until_on=until,
        as_of=call.arrived_at,
        total=FunnelShown(**_shown(whole)),
        lines=lines,
    )
    return shown, dimensions


def _shown(funnel: Funnel) -> dict[str, Any]:
    return asdict(funnel)
