"""A plan that is in force, for callers of the API."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from contracts.events.plans import PlanIssued
from contracts.model import Event
from contracts.plan import Plan
from tests.reports.builders import AD_HOC, COUNTRY, FLASH, HALF_YEAR, NINE_MONTHS, POLICE, QUARTER, YEAR, a_plan
from tests.rig import MORNING


@pytest.fixture
def plan() -> Plan:
    """Bình Thuận's plan, issued this morning."""
    return a_plan(rules=[QUARTER, HALF_YEAR, NINE_MONTHS, YEAR, POLICE, AD_HOC, FLASH])


@pytest.fixture
def told_before(plan: Plan) -> Sequence[Event]:
    """The units, and the plan."""
    return (COUNTRY.first_units(), PlanIssued(plan=plan, occurred_at=MORNING))
