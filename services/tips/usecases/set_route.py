"""Say which body of a house looks into what tips, from a day on; and that a rule ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.events.tips import Category
from kernel.clock import Clock, legal_day
from kernel.ids import UnitId, new_id
from runtime.database import Write
from runtime.reference import Actor
from services.tips.domain.refusals import RouteNotAhead
from services.tips.store.routes import add_route
from services.tips.store.routes import end_route as write_end


@dataclass(frozen=True, slots=True)
class SetRoute:
    """For which unit, what tips, and who is competent."""

    unit_id: UnitId
    category: Category | None
    function: str | None
    to: UnitId | None
    from_on: date
    until_on: date | None


async def set_route(cmd: SetRoute, *, tx: Write, actor: Actor, at: datetime, clock: Clock) -> UUID:
    """Set a rule, and return its id. What was classified before stays where it is.

    Raises:
        UnitOutside: The caller does not act for the unit.
        RouteNotAhead: It would hold on a day that has passed, or end before it begins.
    """
    actor.must_act_for(cmd.unit_id)
    if cmd.from_on < legal_day(at):
        raise RouteNotAhead(day=cmd.from_on.isoformat())
    if cmd.until_on is not None and cmd.until_on <= cmd.from_on:
        raise RouteNotAhead(day=cmd.until_on.isoformat())
    row = {
        "id": new_id(clock),
        "unit_id": cmd.unit_id,
        "category": None if cmd.category is None else cmd.category.value,
        "function": cmd.function,
        "to_id": cmd.to,
        "from_on": cmd.from_on,
        "until_on": cmd.until_on,
        "set_by_unit": actor.unit(),
        "set_by": actor.client,
        "set_at": at,
    }
    await add_route(tx, row)
    return UUID(str(row["id"]))


async def end_route(row: Any, until_on: date, *, tx: Write, actor: Actor, at: datetime) -> None:
    """End a rule: it holds no more from a day on, today at the earliest.

    Raises:
        UnitOutside: The caller does not act for the unit that set it.
        RouteNotAhead: That day has passed, or the rule is over before.
    """
    actor.must_act_for(UnitId(row.unit_id))
    over = row.until_on is not None and row.until_on < until_on
    if until_on < legal_day(at) or over:
        raise RouteNotAhead(day=until_on.isoformat())
    await write_end(tx, row, until_on)
