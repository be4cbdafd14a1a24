"""What an amendment does to what is owed."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.clock import SetClock
from tests.reports.builders import AD_HOC, HALF_YEAR, POLICE, QUARTER, a_plan, a_rule, at, owed
from tests.reports.office import Q2, Office, PlansOffice

BY_20TH = {"bound": "by", "day": 20}
AUGUST = at("2025-08-01")
LATER = "2025-12-31T00:00:00Z"


async def dues(office: Office, rule: str = "r1-quarter") -> dict[str, str | None]:
    """Return Phan Thiết's due instants by period, with all that is recorded."""
    items = (await office.read("/v1/obligations", plan="binh-thuan-2025", unit="593"))["items"]
    return {one["period"]: one["due_at"] for one in items if one["rule"] == rule}


@pytest.fixture
def successor(office: Any) -> Office:
    """The new province's office, after the merger."""
    return office("68")  # type: ignore[no-any-return]


@pytest.mark.asyncio
async def test_only_due_instants_to_come_are_moved(plans: PlansOffice, successor: Office, clock: SetClock) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER]))
    clock.set(AUGUST)

    await plans.amend(plan, effective_on="2025-08-01", rules=[QUARTER | {"due": BY_20TH}])

    assert await dues(successor) == {
        "2025-Q2": "2025-06-14T17:00:00Z",
        "2025-Q3": "2025-09-20T17:00:00Z",
        "2025-Q4": "2025-12-20T17:00:00Z",
    }


@pytest.mark.asyncio
async def test_an_amendment_that_is_back_dated_moves_nothing_that_had_passed_when_it_was_issued(
    plans: PlansOffice, successor: Office, clock: SetClock
) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER]))
    clock.set(AUGUST)

    await plans.amend(plan, effective_on="2025-05-01", rules=[QUARTER | {"due": BY_20TH}])

    assert (await dues(successor))["2025-Q2"] == "2025-06-14T17:00:00Z"


@pytest.mark.asyncio
async def test_an_amendment_for_later_moves_nothing_that_will_have_passed_by_then(
    plans: PlansOffice, province: Office, clock: SetClock
) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER]))
    clock.set(at("2025-06-01"))

    await plans.amend(plan, effective_on="2025-08-01", rules=[QUARTER | {"due": BY_20TH}])

    assert (await dues(province))["2025-Q2"] == "2025-06-14T17:00:00Z"
    at_once = await province.obligations(as_of="2025-07-31T16:59:59Z")
    in_force = await province.obligations(as_of="2025-07-31T17:00:00Z")
    due = [{one["period"]: one["due_at"] for one in found}["2025-Q3"] for found in (at_once, in_force)]
    assert due == ["2025-09-14T17:00:00Z", "2025-09-20T17:00:00Z"]


@pytest.mark.asyncio
async def test_a_due_day_that_was_set_individually_stays(plans: PlansOffice, health: Office, province: Office) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER]))
    path = f"/v1/obligations/{owed('r1-quarter', '2025-Q2')}"
    body = {"last_timely_on": "2025-06-25", "reason": "Lũ lụt"}
    assert (await health.edit("POST", f"{path}/extension", body, of=path)).status_code == 200

    await plans.amend(plan, rules=[QUARTER | {"due": {"bound": "by", "day": 28}}])

    assert (await dues(province))["2025-Q2"] == "2025-06-25T17:00:00Z"
    kinds = [one["kind"] for one in (await province.read(f"/v1/explanations{path[3:]}"))["events"]]
    assert kinds == ["opened", "due_set"]


@pytest.mark.asyncio
async def test_what_is_extended_beyond_an_amendment_is_still_owed_after_it(
    plans: PlansOffice, health: Office, successor: Office, clock: SetClock
) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER]))
    path = f"/v1/obligations/{owed('r1-quarter', '2025-Q2')}"
    body = {"last_timely_on": "2025-08-20", "reason": "Lũ lụt"}
    assert (await health.edit("POST", f"{path}/extension", body, of=path)).status_code == 200
    clock.set(AUGUST)

    await plans.amend(plan, effective_on="2025-08-01", title="Kế hoạch sửa đổi")

    assert (await successor.statuses(as_of=LATER))["r1-quarter", "2025-Q2", "593"] == "overdue"


@pytest.mark.asyncio
async def test_what_has_no_day_and_is_over_is_still_owed_after_an_amendment(
    plans: PlansOffice, successor: Office, clock: SetClock
) -> None:
    plan = await plans.issue(a_plan(rules=[POLICE]))
    clock.set(AUGUST)

    await plans.amend(plan, effective_on="2025-08-01", title="Kế hoạch sửa đổi")

    assert await successor.statuses(as_of=LATER) == {("r2-half-year", "2025-H1", "60.CA"): "undated"}


@pytest.mark.asyncio
async def test_what_is_dropped_leaves_unless_it_was_received(
    plans: PlansOffice, district: Office, province: Office, clock: SetClock
) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER, HALF_YEAR]))
    await district.reported(Q2)
    clock.set(at("2025-06-01"))

    await plans.amend(plan, effective_on="2025-06-01", rules=[HALF_YEAR])

    now = await province.statuses()
    assert {key: status for key, status in now.items() if key[0] == "r1-quarter"} == {
        ("r1-quarter", "2025-Q2", "593"): "on_time"
    }
    before = await province.statuses(as_of="2025-05-31T16:59:59Z")
    assert ("r1-quarter", "2025-Q4", "594") in before


@pytest.mark.asyncio
async def test_what_was_overdue_before_its_rule_was_dropped_stays_overdue(
    plans: PlansOffice, successor: Office, clock: SetClock
) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER, HALF_YEAR]))
    clock.set(AUGUST)

    await plans.amend(plan, effective_on="2025-08-01", rules=[HALF_YEAR])

    left = {period for rule, period, _ in await successor.statuses(as_of=LATER) if rule == "r1-quarter"}
    assert left == {"2025-Q2"}


@pytest.mark.asyncio
async def test_lists_and_reports_still_work_for_a_rule_that_was_dropped(
    plans: PlansOffice, district: Office, health: Office
) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER, HALF_YEAR]))
    report = await district.reported(Q2)
    await plans.amend(plan, rules=[HALF_YEAR])

    await health.accept(report)

    assert len((await health.read("/v1/obligations"))["items"]) == 12
    path = owed("r1-quarter", "2025-Q2")
    assert (await health.read(f"/v1/explanations/obligations/{path}"))["status"] == "on_time"


@pytest.mark.asyncio
async def test_a_report_for_what_was_dropped_is_refused(plans: PlansOffice, district: Office) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER, HALF_YEAR]))
    await plans.amend(plan, rules=[HALF_YEAR])

    answer = await district.report(Q2)

    assert (answer.status_code, answer.json()["code"]) == (409, "obligation_dropped")


@pytest.mark.asyncio
async def test_what_was_dropped_and_is_asked_for_again_is_owed_again(
    plans: PlansOffice, district: Office, province: Office, clock: SetClock
) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER, HALF_YEAR]))
    clock.set(at("2025-05-02"))
    amended = await plans.amend(plan, effective_on="2025-05-02", rules=[HALF_YEAR])
    clock.set(at("2025-05-12"))

    await plans.amend(amended, effective_on="2025-05-12", rules=[QUARTER | {"due": BY_20TH}, HALF_YEAR])

    quarter = ("r1-quarter", "2025-Q2", "593")
    assert quarter not in await province.statuses(as_of="2025-05-10T00:00:00Z")
    assert (await province.statuses())[quarter] == "not_due"
    assert (await dues(province))["2025-Q2"] == "2025-06-20T17:00:00Z"
    await district.reported(Q2)


@pytest.mark.asyncio
async def test_a_new_rule_is_owed_from_the_amendment_on(plans: PlansOffice, successor: Office, clock: SetClock) -> None:
    plan = await plans.issue(a_plan(rules=[HALF_YEAR]))
    clock.set(AUGUST)

    await plans.amend(plan, effective_on="2025-08-01", rules=[QUARTER, HALF_YEAR])

    assert set(await dues(successor)) == {"2025-Q3", "2025-Q4"}
    assert not [key for key in await successor.statuses(as_of="2025-07-31T16:59:59Z") if key[0] == "r1-quarter"]


@pytest.mark.asyncio
async def test_a_new_rule_may_name_an_earlier_start(plans: PlansOffice, province: Office) -> None:
    plan = await plans.issue(a_plan(rules=[HALF_YEAR]))

    await plans.amend(plan, rules=[QUARTER | {"owed_from": "2025-01-01"}, HALF_YEAR])

    assert (await province.statuses())["r1-quarter", "2025-Q1", "593"] == "overdue"


@pytest.mark.asyncio
async def test_a_day_that_has_passed_makes_nothing_late_that_had_none(
    plans: PlansOffice, successor: Office, clock: SetClock
) -> None:
    plan = await plans.issue(a_plan(rules=[POLICE]))
    clock.set(AUGUST)

    await plans.amend(plan, effective_on="2025-08-01", rules=[POLICE | {"due": {"bound": "before", "day": 15}}])

    assert await successor.statuses(as_of=LATER) == {("r2-half-year", "2025-H1", "60.CA"): "undated"}


@pytest.mark.asyncio
async def test_what_somebody_asked_for_stays_when_its_rule_is_dropped(
    plans: PlansOffice, health: Office, province: Office
) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER, AD_HOC]))
    body = {"plan": "binh-thuan-2025", "rule": "r4-ad-hoc", "title": "Báo cáo Tết", "units": ["593"]}
    assert (await health.create("/v1/report-requests", body)).status_code == 201

    await plans.amend(plan, rules=[QUARTER])

    assert [rule for rule, _, _ in await province.statuses()].count("r4-ad-hoc") == 1


@pytest.mark.asyncio
async def test_an_amendment_says_which_version_and_decision_moved_a_day(plans: PlansOffice, province: Office) -> None:
    plan = await plans.issue(a_plan(rules=[QUARTER]))

    await plans.amend(plan, rules=[QUARTER | {"due": BY_20TH}])

    shown = await province.read(f"/v1/explanations/obligations/{owed('r1-quarter', '2025-Q2')}")
    opened, moved = shown["events"]
    assert moved["kind"] == "due_moved"
    assert moved["trace"] == {
        "plan_version": 2,
        "decision": "Quyết định 7/QĐ-UBND",
        "calendar": opened["trace"]["calendar"],
    }
    assert shown["calendar"]["wording"] == "chậm nhất ngày 20 của tháng cuối kỳ"


@pytest.mark.asyncio
async def test_an_amendment_that_changes_no_rule_leaves_no_trace(plans: PlansOffice, province: Office) -> None:
    plan = await plans.issue(a_plan(rules=[a_rule()]))
    seen = (await province.read("/v1/obligations", after=0))["through"]

    await plans.amend(plan, title="Kế hoạch sửa đổi")

    assert (await province.read("/v1/obligations", after=seen))["items"] == []
