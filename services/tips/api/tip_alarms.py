"""Alarms on deadlines of tips: what was raised, to whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from kernel.ids import UnitId
from runtime.http.call import Call
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, ensure_unfiltered, next_of
from runtime.http.pages import Changes, Page, key_of
from runtime.http.routes import Lists, Routes
from services.tips.api.acting import unit_today
from services.tips.api.tip_views import code_of
from services.tips.domain.alarm import AlarmKind
from services.tips.domain.deadline import Step
from services.tips.store.alarms import changed_alarms, list_page

routes = Routes("tips", "alarms")


class TipAlarmLine(BaseModel):
    """An alarm as it was raised: it never changes, whatever becomes of the tip."""

    alarm_id: UUID
    kind: AlarmKind
    tip_id: UUID
    number: str
    unit: str = Field(description="The unit that received the tip.")
    responsible: str = Field(description="The unit that was responsible then.")
    to_unit: str = Field(description="To whom it was raised.")
    step: Step = Field(description="What is to be done.")
    level: int = Field(description="Of an escalation: how far above the responsible unit, from 1 on; else 0.")
    due_at: datetime
    fell_at: datetime = Field(description="The instant at which it fell due.")
    raised_at: datetime = Field(description="When it was raised: later, where nobody was there at that instant.")
    revision: int


@routes.list(
    "/v1/tips/alarms", scope="tips:read", units=UnitRule.WITHIN, response_model=None, summary="List alarms on tips",
    responses={200: {"model": Page[TipAlarmLine] | Changes[TipAlarmLine]}},
)  # fmt: skip
async def get_tip_alarms(
    call: Lists,
    kind: AlarmKind | None = None,
    to_unit: Annotated[str | None, Query(description="Code of the unit that it was raised to.")] = None,
) -> Page[TipAlarmLine] | Changes[TipAlarmLine]:
    async with call.service.database.read() as read:
        if call.after is not None:
            ensure_unfiltered(kind=kind, to_unit=to_unit)
            found = await changed_alarms(read, call.after, call.limit)
            return changes_of(call, found, [_line(call, row) for row in _readable(call, found.rows)])
        rows = await list_page(
            read,
            limit=call.limit + 1,
            after_key=key_of(call.cursor, int, UUID),
            kind=kind,
            to_unit_id=None if to_unit is None else unit_today(call, to_unit),
        )
    shown = _readable(call, rows[: call.limit])
    return Page(items=[_line(call, row) for row in shown], next_cursor=next_of(call, rows, "revision", "id"))


def _readable(call: Call, rows: Sequence[Any]) -> list[Any]:
    """Return the alarms on tips that the caller may see, and those that were raised to its units."""
    # A list may be empty: the caller is checked all the same.
    call.actor.must_act_for(call.actor.unit())
    return [
        row
        for row in rows
        if any(call.actor.can_act_for(UnitId(one)) for one in (row.to_unit_id, row.unit_id, row.responsible_id))
    ]


def _line(call: Call, row: Any) -> TipAlarmLine:
    return TipAlarmLine(
        alarm_id=row.id,
        kind=row.kind,
        tip_id=row.tip_id,
        number=row.number,
        unit=code_of(call, row.unit_id),
        responsible=code_of(call, UUID(row.facts["responsible_id"])),
        to_unit=code_of(call, row.to_unit_id),
        step=row.facts["step"],
        level=row.level,
        due_at=row.facts["due_at"],
        fell_at=row.fell_at,
        raised_at=row.recorded_at,
        revision=row.revision,
    )
