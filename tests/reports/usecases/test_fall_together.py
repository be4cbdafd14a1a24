"""Which obligations one report can discharge."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from contracts.plan import Plan
from kernel.clock import SetClock
from kernel.ids import obligation_id
from services.reports.domain.refusals import ObligationsApart
from services.reports.store.obligations import get_obligations
from services.reports.usecases.fall_together import ensure_together
from services.reports.wiring import Reports
from tests.reports.builders import HALF_YEAR, PLAN_ID, QUARTER, UNIT, a_plan, a_rule
from tests.reports.office import PlansOffice

POLICE_RECEIVES = a_rule("r8", receivers=["60.CA"])
OTHER = UUID("5b8f0f2e-9999-5222-8333-b1a2c3d4e5f6")


@pytest_asyncio.fixture
async def plan(plans: PlansOffice) -> Plan:
    """Two plans, of which the one has two receivers."""
    await plans.issue(a_plan(plan_id=OTHER, slug="la-gi-2025", rules=[QUARTER]))
    return await plans.issue(a_plan(rules=[QUARTER, HALF_YEAR, POLICE_RECEIVES]))


async def first_receiver(service: Reports, plan: Plan, clock: SetClock, *owed: tuple[UUID, str, str, str]) -> Any:
    """Return who receives a report that Phan Thiết sends now for obligations of (plan, rule, unit, period)."""
    ids = [obligation_id(of, rule, UNIT[unit], period) for of, rule, unit, period in owed]
    async with service.database.read() as read:
        rows = await get_obligations(read, ids)
        return await ensure_together(rows, plan, UNIT["593"], received_at=clock.now(), read=read)


Q2 = (PLAN_ID, "r1-quarter", "593", "2025-Q2")


@pytest.mark.asyncio
async def test_quarter_and_half_year_fall_together(service: Reports, plan: Plan, clock: SetClock) -> None:
    half = (PLAN_ID, "r1-half-year", "593", "2025-H1")

    assert await first_receiver(service, plan, clock, Q2, half) == UNIT["60.SYT"]


@pytest.mark.asyncio
async def test_what_nobody_asked_for_has_no_receiver_of_its_own(service: Reports, plan: Plan, clock: SetClock) -> None:
    assert await first_receiver(service, plan, clock) is None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("other", "difference"),
    [
        ((OTHER, "r1-quarter", "593", "2025-Q2"), "plan"),
        ((PLAN_ID, "r1-quarter", "594", "2025-Q2"), "unit"),
        ((PLAN_ID, "r8", "593", "2025-Q2"), "receivers"),
        ((PLAN_ID, "r1-quarter", "593", "2025-Q3"), "due instant"),
    ],
)
async def test_what_differs_needs_a_report_of_its_own(
    service: Reports, plan: Plan, clock: SetClock, other: tuple[UUID, str, str, str], difference: str
) -> None:
    with pytest.raises(ObligationsApart) as refused:
        await first_receiver(service, plan, clock, Q2, other)

    assert refused.value.say("en").detail == f"They differ in {difference}."
