"""Write what happens to obligations: the history grows, and each row of state says how its obligation stands now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from contracts.plan import Requirement
from runtime.alarms import set_clocks
from runtime.database import Write, insert_rows
from services.reports.domain.obligation import Obligation
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.flat import Flat, flatten
from services.reports.evaluation.history import FactKind
from services.reports.store.numbers import IDS_AT_ONCE, begin_series, number_periods, number_units
from services.reports.store.obligations import HistoryRow, ObligationRow, facts_of, to_fact
from services.reports.store.plans import reminders_of

_state = ObligationRow.__table__  # type: ignore[attr-defined]
_history = HistoryRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happens to an obligation now, or that happened earlier and is written down now."""

    kind: FactKind
    occurred_at: datetime
    due_at: datetime | None = None
    version: int | None = None
    correction_due_at: datetime | None = None
    trace: Mapping[str, Any] = field(default_factory=dict)


async def open_obligations(tx: Write, obligations: Sequence[Obligation], opened: Happening, *, title: str = "") -> int:
    """Write obligations that are not there yet, each with its beginning; return how many were new.

    Each is looked at when it can be due soon: those without a day and those only asked for give no cause for alarm.
    """
    fresh = await _not_there(tx, obligations)
    if not fresh:
        return 0
    units = await number_units(tx, (one.unit_id for one in fresh))
    periods = await number_periods(tx, (one.period.key for one in fresh))
    opening = {"opened_at": opened.occurred_at, "opened_recorded_at": tx.recorded_at}
    series = await begin_series(tx, fresh, title=title, **opening)
    states, beginnings = [], []
    for one in fresh:
        beginning = _history_row(tx, one.id, 0, _beginning(opened, one))
        numbers = {"unit_no": units[one.unit_id], "period_no": periods[one.period.key], "series_no": series[one.id]}
        stands = asdict(flatten([to_fact(beginning)]))
        stands["flags"] |= Flag.REQUESTED.value if one.requirement is Requirement.REQUESTED else 0
        states.append(_state_row(tx, one, title) | numbers | stands)
        beginnings.append(beginning)
    await insert_rows(tx.connection, _state, states)
    await insert_rows(tx.connection, _history, beginnings)
    reminders = await reminders_of(tx, {one.plan_id for one in fresh})
    rings: dict[UUID, datetime | None] = {
        one.id: one.due.due_at - timedelta(days=reminders[one.plan_id, one.rule])
        for one in fresh
        if one.due is not None and one.requirement is Requirement.REQUIRED
    }
    await set_clocks(tx, rings)
    return len(fresh)


async def _not_there(tx: Write, obligations: Iterable[Obligation]) -> list[Obligation]:
    asked = {one.id: one for one in obligations}
    ids = list(asked)
    for start in range(0, len(ids), IDS_AT_ONCE):
        known = select(_state.c.id).where(_state.c.id.in_(ids[start : start + IDS_AT_ONCE]))
        for one in (await tx.execute(known)).scalars():
            del asked[one]
    return list(asked.values())


def _state_row(tx: Write, one: Obligation, title: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "plan_id": one.plan_id,
        "rule": one.rule,
        "unit_id": one.unit_id,
        "period": one.period.key,
        "requirement": one.requirement.value,
        "title": title,
        "version": 1,
        "revision": tx.number,
    }


def _beginning(opened: Happening, one: Obligation) -> Happening:
    digest = {"calendar": one.due.digest} if one.due else {}
    due_at = one.due.due_at if one.due else None
    return Happening(opened.kind, opened.occurred_at, due_at=due_at, trace={**opened.trace, **digest})


async def record(tx: Write, happenings: Mapping[UUID, Sequence[Happening]]) -> None:
    """Write what happened to obligations, and how they stand now.

    They are looked at anew at once, those whose report is in or that are excused no longer.
    """
    ids = [obligation_id for obligation_id, some in happenings.items() if some]
    before = await facts_of(tx, ids)
    rows, states = [], []
    rings: dict[UUID, datetime | None] = {}
    for obligation_id in ids:
        added = [
            _history_row(tx, obligation_id, ordinal, happening)
            for ordinal, happening in enumerate(happenings[obligation_id])
        ]
        rows += added
        flat = flatten([*before[obligation_id], *map(to_fact, added)])
        states.append({"of": obligation_id, **{f"to_{name}": value for name, value in asdict(flat).items()}})
        rings[obligation_id] = None if flat.flags & (Flag.EXCUSED | Flag.LIVE) else tx.clock.now()
    if rows:
        await insert_rows(tx.connection, _history, rows)
        changed = update(_state).where(_state.c.id == bindparam("of"))
        now: dict[str, Any] = {
            one.name: bindparam(f"to_{one.name}", type_=_state.c[one.name].type) for one in fields(Flat)
        }
        # Whether it is only requested was said when it was opened.
        now["flags"] = now["flags"].bitwise_or(_state.c.flags.bitwise_and(Flag.REQUESTED.value))
        await tx.execute(changed.values(now | {"version": _state.c.version + 1, "revision": tx.number}), states)
        await set_clocks(tx, rings)


def _history_row(tx: Write, obligation_id: UUID, ordinal: int, happening: Happening) -> dict[str, Any]:
    return {
        "obligation_id": obligation_id,
        "revision": tx.number,
        "ordinal": ordinal,
        "kind": happening.kind.value,
        "occurred_at": happening.occurred_at,
        "recorded_at": tx.recorded_at,
        "due_at": happening.due_at,
        "version": happening.version,
        "correction_due_at": happening.correction_due_at,
        "trace": dict(happening.trace),
    }
