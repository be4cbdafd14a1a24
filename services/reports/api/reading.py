"""Who may read what concerns an obligation: whoever acts for its unit, or for one of its receivers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from kernel.ids import UnitId
from runtime.database import Read
from runtime.http.call import Call
from services.reports.store.plans import list_rules
from services.reports.store.reports import rules_covered

Receivers = Mapping[UUID, Collection[UUID]]
"""The units that receive, by the id of an obligation or report."""
ReceiversOf = Callable[[Read, Sequence[Any]], Awaitable[Receivers]]


async def receivers_of_obligations(read: Read, rows: Sequence[Any]) -> Receivers:
    """Return who receives what is owed."""
    rules = await list_rules(read, {row.plan_id for row in rows})
    return {row.id: rules[row.plan_id, row.rule].receiver_ids for row in rows}


async def receivers_of_reports(read: Read, rows: Sequence[Any]) -> Receivers:
    """Return who receives reports: the first named receiver decides on them, the others read."""
    rules = await list_rules(read, {row.plan_id for row in rows})
    covered = await rules_covered(read, [row.id for row in rows])
    return {
        row.id: rules[row.plan_id, covered[row.id]].receiver_ids if row.id in covered else (row.receiver_id,)
        for row in rows
    }


async def readable(call: Call, read: Read, rows: Sequence[Any], receivers_of: ReceiversOf) -> list[Any]:
    """Return the rows that the caller may read, in their order.

    Raises:
        UnitNotInForce: The caller's unit does not exist.
    """
    # A list may be empty: the caller is checked all the same.
    call.actor.must_act_for(call.actor.unit())
    of_others = [row for row in rows if not call.actor.can_act_for(UnitId(row.unit_id))]
    receivers = await receivers_of(read, of_others) if of_others else {}
    hidden = {row.id for row in of_others if not any(call.actor.can_act_for(UnitId(one)) for one in receivers[row.id])}
    return [row for row in rows if row.id not in hidden]


async def ensure_readable(call: Call, read: Read, row: Any, receivers_of: ReceiversOf) -> None:
    """Make sure that the caller may read one.

    Raises:
        UnitOutside: It may not.
    """
    if not await readable(call, read, [row], receivers_of):
        call.actor.must_act_for(UnitId(row.unit_id))
