"""What plans tells is taken over: units and days off."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.events.plans import CalendarChanged, DayDecision
from services.referrals.wiring import Referrals
from tests.plans_told import Teller
from tests.referrals.builders import UNIT


@pytest.mark.asyncio
async def test_units_and_days_off_are_known_once_plans_told_of_them(plans: Teller, service: Referrals) -> None:
    decision = DayDecision(decision="Thông báo 7", decided_on=date(2025, 4, 1), days_off=(date(2025, 5, 6),))
    assert (await service.reference.view()).calendar.is_working_day(date(2025, 5, 6))

    await plans.tell(CalendarChanged(decision=decision, digest="7" * 64))

    view = await service.reference.view()
    assert not view.calendar.is_working_day(date(2025, 5, 6))
    found = view.tree.find("15187.YT", date(2025, 4, 18))
    assert found is not None
    assert found.id == UNIT["15187.YT"]
