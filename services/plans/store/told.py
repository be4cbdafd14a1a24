"""What the state of this service says that it has told: to be compared with the outbox."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from contracts.events.plans import CALENDAR, CalendarChanged, PlanAmended, PlanClosed, PlanIssued, UnitsChanged
from runtime.comparison import Fact, Told
from runtime.database import Read
from runtime.reference.tables import day_decision
from services.plans.domain.plan_state import PlanState
from services.plans.domain.unit_parts import parts_of
from services.plans.store.plans import PlanRow, PlanVersionRow
from services.plans.store.unit_decisions import UnitDecisionRow

_plan = PlanRow.__table__  # type: ignore[attr-defined]
_version = PlanVersionRow.__table__  # type: ignore[attr-defined]
_decision = UnitDecisionRow.__table__  # type: ignore[attr-defined]


async def told(read: Read, after: int) -> Told:
    """Return what was told in transactions after a revision, by the plans, decisions and days that are kept."""
    facts: Counter[Fact] = Counter()
    for version in await read.execute(select(_version).where(_version.c.revision > after)):
        kind = PlanIssued.type if version.version == 1 else PlanAmended.type
        facts[Fact(kind, str(version.plan_id), version.revision)] += 1
    # Nothing changes a plan that is closed: its newest change is the closing.
    closed = select(_plan).where(_plan.c.state == PlanState.CLOSED, _plan.c.revision > after)
    for plan in await read.execute(closed):
        facts[Fact(PlanClosed.type, str(plan.id), plan.revision)] += 1
    for decision in await read.execute(select(_decision).where(_decision.c.revision > after)):
        parts = parts_of(units=decision.units, successions=decision.successions)
        facts[Fact(UnitsChanged.type, str(decision.id), decision.revision)] += parts
    for day in await read.execute(select(day_decision).where(day_decision.c.revision > after)):
        facts[Fact(CalendarChanged.type, CALENDAR, day.revision)] += 1
    return Told(+facts)
