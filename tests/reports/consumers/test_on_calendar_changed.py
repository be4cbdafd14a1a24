"""What a decision on days off does to due days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.events.plans import CalendarChanged, DayDecision
from kernel.clock import SetClock
from tests.reports.builders import QUARTER, a_plan, at, owed
from tests.reports.office import Office, PlansOffice

ROLLED = QUARTER | {"due": {"bound": "by", "day": 12, "roll": "next_working_day"}}
"""12/6/2025 is a Thursday, 12/9 a Friday, 12/12 a Friday."""


def free(decision: str, *days: str) -> CalendarChanged:
    """Return a decision that makes days free."""
    off = tuple(date.fromisoformat(day) for day in days)
    return CalendarChanged(
        decision=DayDecision(decision=decision, decided_on=date(2025, 4, 20), days_off=off), digest="harbour"
    )


async def dues(office: Office, unit: str = "593") -> dict[str, Any]:
    """Return a unit's due instants by period."""
    items = (await office.read("/v1/obligations", plan="binh-thuan-2025", unit=unit))["items"]
    return {one["period"]: one["due_at"] for one in items}


@pytest.mark.asyncio
async def test_a_rolled_due_day_moves_with_a_new_day_off_and_says_why(
    plans: PlansOffice, province: Office, clock: SetClock
) -> None:
    await plans.issue(a_plan(rules=[ROLLED]))

    await plans.tell(free("Công văn 5015/BNV", "2025-06-12", "2025-06-13"))
    clock.advance(timedelta(seconds=1))

    assert (await dues(province))["2025-Q2"] == "2025-06-16T17:00:00Z"
    shown = await province.read(f"/v1/explanations/obligations/{owed('r1-quarter', '2025-Q2')}")
    opened, moved = shown["events"]
    assert moved["kind"] == "due_moved"
    assert moved["trace"]["decision"] == "Công văn 5015/BNV"
    assert shown["calendar"]["digest"] == moved["trace"]["calendar"] != opened["trace"]["calendar"]
    assert shown["calendar"]["last_timely_on"] == "2025-06-16"


@pytest.mark.asyncio
async def test_a_due_day_that_has_passed_stays(plans: PlansOffice, province: Office, clock: SetClock) -> None:
    await plans.issue(a_plan(rules=[ROLLED]))
    clock.set(at("2025-06-13", "00:00:00"))
    seen = (await province.read("/v1/obligations", after=0))["through"]

    await plans.tell(free("Công văn 5015/BNV", "2025-06-12", "2025-09-12"))

    found = await dues(province)
    assert (found["2025-Q2"], found["2025-Q3"]) == ("2025-06-12T17:00:00Z", "2025-09-15T17:00:00Z")
    changed = (await province.read("/v1/obligations", after=seen))["items"]
    assert {one["period"] for one in changed} == {"2025-Q3"}


@pytest.mark.asyncio
async def test_a_due_day_without_roll_stays(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan(rules=[QUARTER]))
    seen = (await province.read("/v1/obligations", after=0))["through"]

    await plans.tell(free("Công văn 5015/BNV", "2025-06-14", "2025-06-13"))

    assert (await province.read("/v1/obligations", after=seen))["items"] == []


@pytest.mark.asyncio
async def test_a_due_day_that_was_set_individually_stays(plans: PlansOffice, health: Office, province: Office) -> None:
    await plans.issue(a_plan(rules=[ROLLED]))
    path = f"/v1/obligations/{owed('r1-quarter', '2025-Q2')}"
    await health.edit("PUT", f"{path}/due-day", {"last_timely_on": "2025-06-20", "reason": "Lũ lụt"}, of=path)

    await plans.tell(free("Công văn 5015/BNV", "2025-06-12", "2025-06-20"))

    assert (await dues(province))["2025-Q2"] == "2025-06-20T17:00:00Z"
    assert (await dues(province, "594"))["2025-Q2"] == "2025-06-13T17:00:00Z"
    shown = await province.read(f"/v1/explanations{path[3:]}")
    assert [one["kind"] for one in shown["events"]] == ["opened", "due_set"]
    assert shown["calendar"]["digest"] is None


@pytest.mark.asyncio
async def test_later_plans_are_due_by_the_new_calendar(plans: PlansOffice, province: Office) -> None:
    await plans.tell(free("Công văn 5015/BNV", "2025-06-12"))

    await plans.issue(a_plan(rules=[ROLLED]))

    assert (await dues(province))["2025-Q2"] == "2025-06-13T17:00:00Z"
