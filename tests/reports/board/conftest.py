"""A plan that is in force, for those who look at the boards."""

from __future__ import annotations

import pytest_asyncio

from contracts.plan import Plan
from tests.reports.builders import FRONT, HALF_YEAR, NINE_MONTHS, POLICE, QUARTER, YEAR, a_plan
from tests.reports.office import PlansOffice


@pytest_asyncio.fixture
async def plan(plans: PlansOffice) -> Plan:
    """Bình Thuận's plan, issued this morning."""
    return await plans.issue(a_plan(rules=[QUARTER, HALF_YEAR, NINE_MONTHS, YEAR, POLICE, FRONT]))
