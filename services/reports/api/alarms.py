"""Alarms: what was raised, to whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from runtime.database import Read
from runtime.http.call import Call
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, ensure_unfiltered, next_of
from runtime.http.pages import Changes, Page, key_of
from runtime.http.routes import Lists, Routes
from services.reports.api.reading import Receivers, readable, receivers_of_obligations
from services.reports.api.sheets import code_of, unit_named
from services.reports.domain.alarm import AlarmKind
from services.reports.store.alarms import changed_alarms, list_page
from services.reports.store.plans import get_plan

routes = Routes("reports", "alarms")


class AlarmLine(BaseModel):
    """An alarm as it was raised: it never changes, whatever becomes of the obligation."""

    alarm_id: UUID
    kind: AlarmKind
    obligation_id: UUID
    plan_id: UUID
    rule: str
    period: str
    unit: str = Field(description="Who owed: the unit itself, or the one that bore its duties.")
    to_unit: str = Field(description="To whom it was raised.")
    step: int = Field(description="Of an escalation: how far above the unit that owed, from 1 on; else 0.")
    due_at: datetime
    fell_at: datetime = Field(description="The instant at which it fell due.")
    raised_at: datetime = Field(description="When it was raised: later, where nobody was there at that instant.")
    revision: int


@routes.list(
    "/v1/alarms", scope="reports:read", units=UnitRule.WITHIN, response_model=None, summary="List alarms",
    responses={200: {"model": Page[AlarmLine] | Changes[AlarmLine]}},
)  # fmt: skip
async def get_alarms(
    call: Lists,
    plan: Annotated[str | None, Query(description="Slug of a plan.")] = None,
    kind: AlarmKind | None = None,
    to_unit: Annotated[str | None, Query(description="Code of the unit that it was raised to.")] = None,
) -> Page[AlarmLine] | Changes[AlarmLine]:
    async with call.service.database.read() as read:
        if call.after is not None:
            ensure_unfiltered(plan=plan, kind=kind, to_unit=to_unit)
            found = await changed_alarms(read, call.after, call.limit)
            changed = await readable(call, read, found.rows, _receivers)
            return changes_of(call, found, [_line(call, row) for row in changed])
        whole = None if plan is None else await get_plan(read, plan)
        rows = await list_page(
            read,
            limit=call.limit + 1,
            after_key=key_of(call.cursor, int, UUID),
            plan_id=None if whole is None else whole.plan_id,
            kind=kind,
            to_unit_id=None if to_unit is None else await unit_named(call, read, whole, to_unit),
        )
        shown = await readable(call, read, rows[: call.limit], _receivers)
    return Page(items=[_line(call, row) for row in shown], next_cursor=next_of(call, rows, "revision", "id"))


async def _receivers(read: Read, rows: Sequence[Any]) -> Receivers:
    """Return who reads alarms: the receivers of what is owed, and whom they were raised to."""
    receivers = await receivers_of_obligations(read, rows)
    return {row.id: (*receivers[row.id], row.to_unit_id) for row in rows}


def _line(call: Call, row: Any) -> AlarmLine:
    return AlarmLine(
        alarm_id=row.id,
        kind=row.kind,
        obligation_id=row.obligation_id,
        plan_id=row.plan_id,
        rule=row.rule,
        period=row.period,
        unit=code_of(call, UUID(row.facts["unit_id"])),
        to_unit=code_of(call, row.to_unit_id),
        step=row.step,
        due_at=row.facts["due_at"],
        fell_at=row.fell_at,
        raised_at=row.recorded_at,
        revision=row.revision,
    )
