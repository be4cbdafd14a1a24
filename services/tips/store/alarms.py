"""Alarms that were raised, beside the tips that they tell of. Runtime keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from runtime.alarms import alarm
from runtime.database import Read
from runtime.http.pages import Followed, rows_after
from services.tips.store.tips import TipRow

_tip = TipRow.__table__  # type: ignore[attr-defined]

_told = (
    select(
        alarm.c.alarm_id.label("id"),
        alarm.c.kind,
        alarm.c.subject_id.label("tip_id"),
        _tip.c.number,
        _tip.c.unit_id,
        _tip.c.responsible_id,
        alarm.c.unit_id.label("to_unit_id"),
        alarm.c.step.label("level"),
        alarm.c.fell_at,
        alarm.c.facts,
        alarm.c.recorded_at,
        alarm.c.revision,
    )
    .join_from(alarm, _tip, _tip.c.id == alarm.c.subject_id)
    .subquery("told")
)
"""`responsible_id` is the unit that is responsible now; who was when the alarm was raised stands in `facts`."""


async def changed_alarms(read: Read, after: int, limit: int) -> Followed:
    """Return alarms that were raised after a revision, by whole revisions."""
    return await rows_after(read, _told, after=after, limit=limit)


async def list_page(
    read: Read,
    *,
    limit: int,
    after_key: tuple[Any, ...] | None = None,
    kind: str | None = None,
    to_unit_id: UUID | None = None,
) -> Sequence[Any]:
    """Return up to `limit` alarms in the order in which they were raised, from behind a key (revision, id)."""
    statement = select(_told).order_by(_told.c.revision, _told.c.id).limit(limit)
    if kind is not None:
        statement = statement.where(_told.c.kind == kind)
    if to_unit_id is not None:
        statement = statement.where(_told.c.to_unit_id == to_unit_id)
    if after_key is not None:
        statement = statement.where(tuple_(_told.c.revision, _told.c.id) > after_key)
    return (await read.execute(statement)).all()
