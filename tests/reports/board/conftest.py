"""A plan that is in force, for those who look at the boards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from contracts.events.plans import PlanIssued
from contracts.model import Event
from contracts.plan import Plan
from tests.reports.builders import COUNTRY, FRONT, HALF_YEAR, NINE_MONTHS, POLICE, QUARTER, YEAR, a_plan
from tests.reports.office import Office, cover
from tests.rig import MORNING


@pytest.fixture
def plan() -> Plan:
    """Bình Thuận's plan, issued this morning."""
    return a_plan(rules=[QUARTER, HALF_YEAR, NINE_MONTHS, YEAR, POLICE, FRONT])


@pytest.fixture
def told_before(request: pytest.FixtureRequest) -> Sequence[Event]:
    """The units, and the plan for those who ask for it."""
    is_asked = "plan" in request.fixturenames
    issued = [PlanIssued(plan=request.getfixturevalue("plan"), occurred_at=MORNING)] if is_asked else []
    return (COUNTRY.first_units(), *issued)


@pytest.fixture
def accepted(office: Callable[[str], Office], health: Office) -> Any:
    """Send a district's report on the year, or another period, and accept it."""

    async def send(unit: str, figures: dict[str, Any], rule: str = "r1-year", period: str = "2025") -> str:
        path = await office(unit).reported(cover(rule, period, figures))
        await health.accept(path)
        return path

    return send
