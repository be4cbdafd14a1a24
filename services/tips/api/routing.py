"""Rules of routing: which body of a house looks into what tips, from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.events.tips import Category
from contracts.unit import UnitCode
from kernel.clock import legal_day
from runtime.database import Write
from runtime.http.call import Call, etag_of
from runtime.http.declaration import UnitRule
from runtime.http.routes import Creates, Edits, Reads, Routes
from services.tips.api.acting import unit_today
from services.tips.api.tip_views import code_of
from services.tips.domain.routing import rulers_of
from services.tips.store.routes import get_route, rows_of
from services.tips.usecases.set_route import SetRoute, end_route, set_route

routes = Routes("tips", "routing")

Function = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$", description="What the body does, as units tell it.")]


class NewRoute(BaseModel):
    """To whom tips of a kind go once they are classified. Either `function` or `to`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"unit": "68", "category": "crime_report", "function": "police"}]},
    )

    unit: UnitCode = Field(
        description="For tips that come to this unit, the one that takes its duties over, or one below."
    )
    category: Category | None = Field(default=None, description="By default all for which there is no rule of its own.")
    function: Function | None = Field(default=None, description="The body that does this in the house that has it.")
    to: UnitCode | None = Field(default=None, description="One certain body of the house.")
    from_on: date | None = Field(default=None, description="First day; by default today.")
    until_on: date | None = Field(default=None, description="Exclusive end; by default none.")

    @model_validator(mode="after")
    def _ensure_one_target(self) -> Self:
        if (self.function is None) == (self.to is None):
            raise PydanticCustomError("route_target", "name either `function` or `to`")
        return self


class RouteEnd(BaseModel):
    """From when on a rule holds no more."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"until_on": "2026-07-01"}]})

    until_on: date


class RouteShown(BaseModel):
    """A rule as it was set."""

    route_id: UUID
    unit: str
    category: Category | None
    function: str | None
    to: str | None
    from_on: date
    until_on: date | None = Field(description="Exclusive end.")
    set_by: str
    etag: str = Field(description="To be sent as `If-Match` by whoever ends it.")


@routes.create(
    "/v1/tips/routes",
    scope="tips:routes",
    units=UnitRule.ACTS_FOR,
    response_model=RouteShown,
    summary="Say which body looks into tips of a kind",
)
async def post_route(body: NewRoute, call: Creates) -> RouteShown:
    command = SetRoute(
        unit_id=unit_today(call, body.unit),
        category=body.category,
        function=body.function,
        to=None if body.to is None else unit_today(call, body.to),
        from_on=body.from_on or legal_day(call.arrived_at),
        until_on=body.until_on,
    )

    async def effect(tx: Write) -> UUID:
        return await set_route(command, tx=tx, actor=call.actor, at=call.arrived_at, clock=call.service.clock)

    route_id = await call.once(effect)
    async with call.service.database.read() as read:
        return _shown(call, await get_route(read, route_id))


@routes.edit(
    "POST",
    "/v1/tips/routes/{route_id}/end",
    scope="tips:routes",
    units=UnitRule.ACTS_FOR,
    response_model=RouteShown,
    summary="End a rule of routing",
)
async def post_route_end(route_id: UUID, body: RouteEnd, call: Edits) -> RouteShown:
    async def effect(tx: Write) -> None:
        row = await get_route(tx, route_id)
        call.must_match(row.etag)
        await end_route(row, body.until_on, tx=tx, actor=call.actor, at=call.arrived_at)

    await call.write(effect)
    async with call.service.database.read() as read:
        row = await get_route(read, route_id)
    call.response.headers["ETag"] = etag_of(row.etag)
    return _shown(call, row)


@routes.read(
    "/v1/tips/routes",
    scope="tips:read",
    units=UnitRule.WITHIN,
    response_model=list[RouteShown],
    summary="List the rules that lead tips of a unit: its own, those of units above it, and those that they took over",
)
async def get_routes(
    call: Reads, unit: Annotated[str | None, Query(description="Code of the unit; by default your own.")] = None
) -> list[RouteShown]:
    asked = call.actor.unit() if unit is None else unit_today(call, unit)
    call.actor.must_act_for(asked)
    tree, today = call.reference.tree, legal_day(call.arrived_at)
    async with call.service.database.read() as read:
        rows: Sequence[Any] = await rows_of(read, [*chain.from_iterable(rulers_of(asked, tree, today))])
    return [_shown(call, row) for row in rows if row.until_on is None or today < row.until_on]


def _shown(call: Call, row: Any) -> RouteShown:
    return RouteShown(
        route_id=row.id,
        unit=code_of(call, row.unit_id),
        category=None if row.category is None else Category(row.category),
        function=row.function,
        to=None if row.to_id is None else code_of(call, row.to_id),
        from_on=row.from_on,
        until_on=row.until_on,
        set_by=row.set_by,
        etag=etag_of(row.etag),
    )
