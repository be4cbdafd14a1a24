"""A plan that is in force, for those who look at the boards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio

from contracts.plan import Plan
from tests.reports.builders import FRONT, HALF_YEAR, NINE_MONTHS, POLICE, QUARTER, YEAR, a_plan
from tests.reports.office import Office, PlansOffice, cover


@pytest_asyncio.fixture
async def plan(plans: PlansOffice) -> Plan:
    """Bình Thuận's plan, issued this morning."""
    return await plans.issue(a_plan(rules=[QUARTER, HALF_YEAR, NINE_MONTHS, YEAR, POLICE, FRONT]))


@pytest.fixture
def accepted(office: Callable[[str], Office], health: Office) -> Any:
    """Send a district's report on the year, or another period, and accept it."""

    async def send(unit: str, figures: dict[str, Any], rule: str = "r1-year", period: str = "2025") -> str:
        path = await office(unit).reported(cover(rule, period, figures))
        await health.accept(path)
        return path

    return send
