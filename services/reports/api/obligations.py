"""Obligations: what is owed, and what the receiver decides on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from contracts.plan import Code
from contracts.unit import UnitCode
from runtime.database import Write
from runtime.http.call import Call, etag_of
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, ensure_unfiltered, next_of
from runtime.http.pages import Changes, Page, key_of
from runtime.http.routes import Creates, Edits, Lists, Reads, Routes
from services.reports.api.reading import ensure_readable, readable, receivers_of_obligations
from services.reports.api.sheets import code_of, unit_named, unit_under
from services.reports.store.obligations import changed_obligations, due_at_of, get_obligation, list_page
from services.reports.store.plans import get_plan
from services.reports.usecases.change_due_day import NewDueDay, extend_due_day, set_due_day
from services.reports.usecases.excuse_obligation import excuse_obligation, lift_excuse
from services.reports.usecases.open_request import OpenRequest, open_request

routes = Routes("reports", "obligations")


class ObligationLine(BaseModel):
    """An obligation as it stands with all recorded facts. Its status is asked of the compliance board."""

    obligation_id: UUID
    plan_id: UUID
    rule: str
    unit: str
    period: str
    title: str
    requirement: str
    due_at: datetime | None = Field(description="Exclusive end of the last timely day; null where nobody set a day.")
    revision: int


class DueDay(BaseModel):
    """A due day of its own for one obligation."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"last_timely_on": "2026-07-10", "reason": "Theo công văn."}]},
    )

    last_timely_on: date = Field(description="The last day on which it is on time, inclusive.")
    reason: str = Field(min_length=1, max_length=2000)
    decision: str = Field(default="", max_length=200)


class Reason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Đơn vị bị thiên tai."}]})

    reason: str = Field(min_length=1, max_length=2000)


class NewRequest(BaseModel):
    """One report more, asked of some units under a rule that provides for it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"plan": "kim-tan-2026", "rule": "r2-flash", "title": "Báo cáo nhanh"}]},
    )

    plan: Code
    rule: Code
    units: list[UnitCode] = Field(default_factory=list, description="Whom it asks; all reporters of the rule if empty.")
    title: str = Field(min_length=1, max_length=500)
    last_timely_on: date | None = None


class RequestMade(BaseModel):
    """The request stands in the period key of the obligations that it made."""

    request_id: UUID


@routes.list(
    "/v1/obligations", scope="reports:read", units=UnitRule.WITHIN, response_model=None, summary="List obligations",
    responses={200: {"model": Page[ObligationLine] | Changes[ObligationLine]}},
)  # fmt: skip
async def get_obligations_list(
    call: Lists,
    plan: Annotated[str | None, Query(description="Slug of a plan.")] = None,
    unit: Annotated[str | None, Query(description="Code of the unit that owes, as the plan means it.")] = None,
    period: str | None = None,
) -> Page[ObligationLine] | Changes[ObligationLine]:
    async with call.service.database.read() as read:
        if call.after is not None:
            ensure_unfiltered(plan=plan, unit=unit, period=period)
            found = await changed_obligations(read, call.after, call.limit)
            changed = await readable(call, read, found.rows, receivers_of_obligations)
            return changes_of(call, found, [_line(call, row) for row in changed])
        whole = None if plan is None else await get_plan(read, plan)
        rows = await list_page(
            read,
            limit=call.limit + 1,
            after_key=key_of(call.cursor, str, str, UUID),
            plan_id=None if whole is None else whole.plan_id,
            unit_id=None if unit is None else await unit_named(call, read, whole, unit),
            period=period,
        )
        shown = await readable(call, read, rows[: call.limit], receivers_of_obligations)
    return Page(items=[_line(call, row) for row in shown], next_cursor=next_of(call, rows, "period", "rule", "id"))


@routes.read(
    "/v1/obligations/{obligation_id}",
    scope="reports:read",
    units=UnitRule.WITHIN,
    response_model=ObligationLine,
    summary="Read an obligation",
)
async def get_one_obligation(obligation_id: UUID, call: Reads) -> ObligationLine:
    return await _answer(call, obligation_id)


@routes.edit(
    "PUT",
    "/v1/obligations/{obligation_id}/due-day",
    scope="reports:review",
    units=UnitRule.ACTS_FOR,
    response_model=ObligationLine,
    summary="Set a due day of its own",
)
async def put_due_day(obligation_id: UUID, body: DueDay, call: Edits) -> ObligationLine:
    new = NewDueDay(body.last_timely_on, body.reason, body.decision)
    return await _change(
        call, obligation_id, lambda row, tx: set_due_day(row, new, tx=tx, actor=call.actor, at=call.arrived_at)
    )


@routes.edit(
    "POST",
    "/v1/obligations/{obligation_id}/extension",
    scope="reports:review",
    units=UnitRule.ACTS_FOR,
    response_model=ObligationLine,
    summary="Extend the due day",
)
async def post_extension(obligation_id: UUID, body: DueDay, call: Edits) -> ObligationLine:
    new = NewDueDay(body.last_timely_on, body.reason, body.decision)
    return await _change(
        call, obligation_id, lambda row, tx: extend_due_day(row, new, tx=tx, actor=call.actor, at=call.arrived_at)
    )


@routes.edit(
    "POST",
    "/v1/obligations/{obligation_id}/excuse",
    scope="reports:review",
    units=UnitRule.ACTS_FOR,
    response_model=ObligationLine,
    summary="Excuse a unit from a report",
)
async def post_excuse(obligation_id: UUID, body: Reason, call: Edits) -> ObligationLine:
    return await _change(
        call,
        obligation_id,
        lambda row, tx: excuse_obligation(row, body.reason, tx=tx, actor=call.actor, at=call.arrived_at),
    )


@routes.edit(
    "POST",
    "/v1/obligations/{obligation_id}/excuse/lift",
    scope="reports:review",
    units=UnitRule.ACTS_FOR,
    response_model=ObligationLine,
    summary="Lift an excuse",
)
async def post_excuse_lift(obligation_id: UUID, body: Reason, call: Edits) -> ObligationLine:
    return await _change(
        call,
        obligation_id,
        lambda row, tx: lift_excuse(row, body.reason, tx=tx, actor=call.actor, at=call.arrived_at),
    )


@routes.create(
    "/v1/report-requests",
    scope="reports:review",
    units=UnitRule.ACTS_FOR,
    response_model=RequestMade,
    summary="Ask for an ad hoc report, or open a flash report",
)
async def post_request(body: NewRequest, call: Creates) -> RequestMade:
    async def effect(tx: Write) -> UUID:
        plan = await get_plan(tx, body.plan)
        units = [await unit_under(call, tx, plan, code) for code in body.units]
        command = OpenRequest(body.plan, body.rule, units, body.title, body.last_timely_on)
        return await open_request(
            command,
            tx=tx,
            actor=call.actor,
            at=call.arrived_at,
            clock=call.service.clock,
            calendar=call.reference.calendar,
        )

    return RequestMade(request_id=await call.once(effect))


async def _change(call: Edits, obligation_id: UUID, change: Callable[[Any, Write], Awaitable[None]]) -> ObligationLine:
    async def effect(tx: Write) -> None:
        row = await get_obligation(tx, obligation_id)
        call.must_match(row.version)
        await change(row, tx)

    await call.write(effect)
    return await _answer(call, obligation_id)


async def _answer(call: Call, obligation_id: UUID) -> ObligationLine:
    async with call.service.database.read() as read:
        row = await get_obligation(read, obligation_id)
        await ensure_readable(call, read, row, receivers_of_obligations)
    call.response.headers["ETag"] = etag_of(row.version)
    return _line(call, row)


def _line(call: Call, row: Any) -> ObligationLine:
    return ObligationLine(
        obligation_id=row.id,
        plan_id=row.plan_id,
        rule=row.rule,
        unit=code_of(call, row.unit_id),
        period=row.period,
        title=row.title,
        requirement=row.requirement,
        due_at=due_at_of(row),
        revision=row.revision,
    )
