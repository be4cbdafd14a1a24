"""Write what plans decided about units and days off: plans in its own transaction, the others from its events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from contracts.events.plans import CalendarChanged, DayDecision, UnitsChanged
from contracts.unit import Succession, UnitRecord
from kernel.problems import Fault, Words
from runtime.database import Write, insert_new, insert_rows
from runtime.database.rows import insert_for
from runtime.reference.tables import day_decision, part, succession, unit, version

_UPDATED = (
    *("name", "function", "agency_code", "valid_from", "valid_until", "placements", "members"),
    *("decision", "revision"),
)


class DecisionIncomplete(Fault):
    """The last part of a decision came, and an earlier one is not there."""

    code = "decision_incomplete"
    vi = Words("Thiếu phần của quyết định", "Quyết định {decision}: có {there}/{parts} phần.", "Phát lại phần thiếu.")
    en = Words("Decision incomplete", "Decision {decision}: {there} of {parts} parts are there.", "Replay the others.")


async def apply_units_change(event: UnitsChanged, tx: Write) -> bool:
    """Take a part of a decision in. With the last part all of it takes effect, and the answer is true.

    Raises:
        DecisionIncomplete: A part before the last one was put aside; units without their parents are no tree.
    """
    if event.part < event.parts:
        row = {"decision_id": event.decision_id, "part": event.part, "data": event.model_dump(mode="json")}
        await insert_new(tx.connection, part, [row], part.c.part)
        return False
    earlier = select(part.c.data).where(part.c.decision_id == event.decision_id).order_by(part.c.part)
    parts = [UnitsChanged.model_validate(data) for data in (await tx.execute(earlier)).scalars()] + [event]
    if len(parts) != event.parts:
        raise DecisionIncomplete(decision=event.decision, there=len(parts), parts=event.parts)
    await write_units(
        tx,
        decision=event.decision,
        units=[record for one in parts for record in one.units],
        successions=[succeeded for one in parts for succeeded in one.successions],
    )
    await tx.execute(delete(part).where(part.c.decision_id == event.decision_id))
    return True


async def apply_calendar_change(event: CalendarChanged, tx: Write) -> None:
    """Take a decision on days off in."""
    await write_day_decision(tx, event.decision)


async def write_units(
    tx: Write, *, decision: str, units: Sequence[UnitRecord], successions: Sequence[Succession]
) -> None:
    """Write the units of a decision, new or changed, and who succeeds whom."""
    if units:
        statement = insert_for(tx.connection, unit)
        changed = {name: statement.excluded[name] for name in _UPDATED}
        statement = statement.on_conflict_do_update(index_elements=["id"], set_=changed)
        await tx.execute(statement, [_unit_row(record, decision, tx.number) for record in units])
    rows = [succeeded.model_dump() | {"revision": tx.number} for succeeded in successions]
    await insert_new(tx.connection, succession, rows, succession.c.predecessor_id)
    await _stamp(tx)


async def write_day_decision(tx: Write, decision: DayDecision) -> None:
    """Write a decision on days off. Decisions are added, never changed."""
    row = decision.model_dump(mode="json") | {"decided_on": decision.decided_on, "revision": tx.number}
    await insert_new(tx.connection, day_decision, [row], day_decision.c.decision)
    await _stamp(tx)


def _unit_row(record: UnitRecord, decision: str, revision: int) -> dict[str, Any]:
    return {
        "id": record.unit_id,
        "code": record.code,
        "name": record.name,
        "kind": record.kind,
        "function": record.function,
        "agency_code": record.agency_code,
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
        "placements": [placement.model_dump(mode="json") for placement in record.placements],
        "members": [str(member) for member in record.members],
        "decision": decision,
        "revision": revision,
    }


async def _stamp(tx: Write) -> None:
    await tx.execute(version.delete())
    await insert_rows(tx.connection, version, [{"id": 1, "revision": tx.number}])
