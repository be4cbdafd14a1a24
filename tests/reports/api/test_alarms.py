"""The list of alarms: what was raised, page by page or followed, for those whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from contracts.plan import Plan
from kernel.clock import SetClock
from runtime.watch import Watch
from tests.reports.api.test_lists import pages
from tests.reports.builders import DISTRICTS, PLAN_ID, QUARTER, a_plan, at, owed
from tests.reports.office import Office, refusal

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("watch", "plan")]

DUE = at("2025-06-15", "00:00:00")


@pytest.fixture
def plan() -> Plan:
    """Bình Thuận's plan with the quarterly report of its districts."""
    return a_plan(rules=[QUARTER])


@pytest_asyncio.fixture
async def overdue(watch: Watch[Any], clock: SetClock, plan: Plan) -> None:  # noqa: ARG001 - what is owed is there first
    """A reminder at its time; then nobody was there until the third day after the due instant."""
    for day in (DUE - timedelta(days=7), DUE + timedelta(days=3, hours=2)):
        clock.set(day)
        await watch.catch_up()


@pytest.mark.usefixtures("overdue")
async def test_an_alarm_is_listed_as_it_was_raised(district: Office) -> None:
    shown = (await district.read("/v1/alarms"))["items"]

    known = {"obligation_id": owed("r1-quarter", "2025-Q2"), "plan_id": str(PLAN_ID), "rule": "r1-quarter"}
    known |= {"period": "2025-Q2", "unit": "593", "due_at": "2025-06-14T17:00:00Z"}
    # Those of one transaction are in no order of their own.
    told = sorted(shown, key=lambda one: one["fell_at"])
    assert [{name: one[name] for name in (*known, "kind", "to_unit", "step", "fell_at")} for one in told] == [
        known | {"kind": "due_soon", "to_unit": "593", "step": 0, "fell_at": "2025-06-07T17:00:00Z"},
        known | {"kind": "overdue", "to_unit": "593", "step": 0, "fell_at": "2025-06-14T17:00:00Z"},
        known | {"kind": "escalated", "to_unit": "60", "step": 1, "fell_at": "2025-06-17T17:00:00Z"},
    ]
    assert [one["raised_at"][:16] for one in shown] == ["2025-06-07T17:00", "2025-06-17T19:00", "2025-06-17T19:00"]


@pytest.mark.usefixtures("overdue")
async def test_alarms_are_read_page_by_page_and_narrowed(province: Office) -> None:
    whole = (await province.read("/v1/alarms"))["items"]

    some = await pages(province, "/v1/alarms", limit=2)

    assert [one for page in some for one in page] == whole
    assert [len(page) for page in some] == [2, 2, 2, 2, 1]
    escalated = (await province.read("/v1/alarms", plan="binh-thuan-2025", kind="escalated"))["items"]
    assert {(one["kind"], one["to_unit"]) for one in escalated} == {("escalated", "60")}
    assert len(escalated) == 3
    assert (await province.read("/v1/alarms", to_unit="60"))["items"] == escalated


@pytest.mark.usefixtures("overdue")
async def test_alarms_are_followed_by_whole_revisions(province: Office, watch: Watch[Any], clock: SetClock) -> None:
    first = await province.read("/v1/alarms", after=0, limit=1)
    second = await province.read("/v1/alarms", after=first["through"])
    clock.set(DUE + timedelta(days=7))
    await watch.catch_up()
    third = await province.read("/v1/alarms", after=second["through"])

    assert [len(answer["items"]) for answer in (first, second, third)] == [3, 6, 3]
    assert {(one["kind"], one["to_unit"]) for one in third["items"]} == {("escalated", "VN")}


@pytest.mark.usefixtures("overdue")
@pytest.mark.parametrize("filters", ["plan=binh-thuan-2025", "kind=overdue", "to_unit=60"])
async def test_alarms_that_are_followed_cannot_be_filtered(province: Office, filters: str) -> None:
    assert refusal(await province.get(f"/v1/alarms?after=0&{filters}")) == (400, "changes_filtered")


@pytest.mark.usefixtures("overdue")
@pytest.mark.parametrize(
    ("reader", "units"), [("593", ["593"]), ("60", DISTRICTS), ("60.SYT", DISTRICTS), ("60.CA", []), ("38", [])]
)
async def test_who_owes_and_who_stands_above_or_receives_sees_alarms(
    office: Callable[[str], Office], reader: str, units: list[str]
) -> None:
    shown = (await office(reader).read("/v1/alarms"))["items"]

    assert {one["unit"] for one in shown} == set(units)
    assert await office(reader).read("/v1/alarms", after=0)


@pytest.mark.usefixtures("overdue")
async def test_after_a_merger_the_heir_sees_the_alarms_of_the_unit_before_it(
    office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(at("2025-07-05"))

    shown = (await office("22945").read("/v1/alarms"))["items"]

    assert {(one["unit"], one["to_unit"]) for one in shown} == {("593", "593"), ("593", "60")}
    to_the_old_unit = await office("22945").read("/v1/alarms", plan="binh-thuan-2025", to_unit="593")
    assert {one["kind"] for one in to_the_old_unit["items"]} == {"due_soon", "overdue"}


async def test_what_names_nothing_is_refused(province: Office) -> None:
    assert refusal(await province.get("/v1/alarms", {"plan": "harbour"})) == (404, "plan_unknown")
    assert refusal(await province.get("/v1/alarms", {"to_unit": "99"})) == (422, "unit_unknown")
    assert refusal(await province.get("/v1/alarms", {"cursor": "harbour"})) == (400, "cursor_invalid")
