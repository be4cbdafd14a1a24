"""What a plan makes units owe, as soon as it is issued."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contracts.events.plans import PlanClosed, PlanIssued
from kernel.clock import SetClock
from runtime.bus.message import from_outbox
from runtime.database import Database
from runtime.database.outbox import BEGINNING, events_after
from services.reports.store import happenings as store
from services.reports.usecases import generate_obligations as generation
from services.reports.wiring import Reports
from tests.reports.builders import (
    AD_HOC,
    DISTRICTS,
    FLASH,
    FRONT,
    ISSUED_AT,
    POLICE,
    QUARTER,
    a_plan,
    a_rule,
    at,
    owed,
)
from tests.reports.office import Office, PlansOffice, rows_written


async def lines(office: Office) -> dict[tuple[str, str, str], str | None]:
    """Return the due instants of all obligations by rule, period and unit."""
    items = (await office.read("/v1/obligations"))["items"]
    return {(one["rule"], one["period"], one["unit"]): one["due_at"] for one in items}


async def periods(office: Office) -> set[str]:
    """Return the periods for which something is owed."""
    return {period for _, period, _ in await lines(office)}


@pytest.mark.asyncio
async def test_what_was_due_before_the_plan_took_effect_is_not_owed(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan())

    assert await periods(province) == {"2025-Q2", "2025-Q3", "2025-Q4", "2025-H1", "2025-9M", "2025"}


@pytest.mark.asyncio
async def test_every_reporter_owes_every_period_before_the_fifteenth(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan(rules=[QUARTER]))

    due = {"2025-Q2": "2025-06-14T17:00:00Z", "2025-Q3": "2025-09-14T17:00:00Z", "2025-Q4": "2025-12-14T17:00:00Z"}
    expected = {("r1-quarter", period, unit): day for period, day in due.items() for unit in DISTRICTS}
    assert await lines(province) == expected


@pytest.mark.asyncio
async def test_a_rule_may_name_an_earlier_start(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan(rules=[QUARTER | {"owed_from": "2025-01-01"}]))

    assert "2025-Q1" in await periods(province)
    assert (await province.statuses(as_of="2025-04-18T02:00:00Z"))["r1-quarter", "2025-Q1", "593"] == "overdue"


@pytest.mark.asyncio
async def test_a_period_without_a_day_that_is_over_is_not_owed(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan(rules=[POLICE, a_rule("r6", frequency="quarter", due={}, reporters=["60.CA"])]))

    undated = {("r2-half-year", "2025-H1"), ("r6", "2025-Q2"), ("r6", "2025-Q3"), ("r6", "2025-Q4")}
    assert {(rule, period) for rule, period, _ in await lines(province)} == undated
    assert set((await province.statuses(as_of="2027-01-01T00:00:00Z")).values()) == {"undated"}


@pytest.mark.asyncio
async def test_what_is_only_asked_for_is_never_overdue_and_in_no_rate(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan(rules=[FRONT]))

    board = await province.read("/v1/compliance", plan="binh-thuan-2025", as_of="2027-01-01T00:00:00Z")

    assert board["counts"]["requested"] == board["counts"]["total"] == 3
    assert board["counts"]["expected_so_far"] == 0


@pytest.mark.asyncio
async def test_reports_on_request_are_owed_only_when_somebody_asks(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan(rules=[AD_HOC, FLASH]))

    assert await lines(province) == {}


@pytest.mark.asyncio
async def test_ids_follow_from_plan_rule_unit_and_period(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan())

    line = await province.read(f"/v1/obligations/{owed('r1-quarter', '2025-Q2', '594')}")
    assert (line["rule"], line["period"], line["unit"]) == ("r1-quarter", "2025-Q2", "594")


@pytest.mark.asyncio
async def test_an_event_that_comes_again_changes_nothing(
    plans: PlansOffice, outbox: Database, service: Reports, province: Office
) -> None:
    await plans.issue(a_plan())
    before = await rows_written(service.database)
    seen = await province.read("/v1/obligations", after=0)
    async with outbox.read() as read:
        rows = (await read.execute(events_after(BEGINNING))).all()
        epoch = (await read.newest()).epoch
    consumer = service.consumers[0]

    await consumer._apply(from_outbox(rows[-1:], epoch), None)

    assert await rows_written(service.database) == before
    assert (await province.read("/v1/obligations", after=seen["through"]))["items"] == []


@pytest.mark.asyncio
async def test_the_same_plan_told_by_another_event_changes_no_obligation(
    plans: PlansOffice, service: Reports, province: Office
) -> None:
    plan = await plans.issue(a_plan())
    before = await rows_written(service.database)

    await plans.issue(plan)

    assert await rows_written(service.database) == before
    assert len(await lines(province)) == 18


@pytest.mark.asyncio
async def test_a_crash_between_chunks_leaves_what_is_there_and_the_rest_follows(
    plans: PlansOffice, province: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "CHUNK", 5)
    written = 0
    original = store.open_obligations
    boards: list[Any] = []

    async def crash_at_third(*args: Any, **named: Any) -> int:
        nonlocal written
        written += 1
        if written == 3:
            boards.append(await province.read("/v1/compliance", plan="binh-thuan-2025"))
            raise RuntimeError("harbour-crash")
        return await original(*args, **named)

    monkeypatch.setattr(generation, "open_obligations", crash_at_third)

    await plans.issue(a_plan())

    (during,) = boards
    after = await province.read("/v1/compliance", plan="binh-thuan-2025")
    assert (during["generating"], during["counts"]["total"]) == (True, 10)
    assert (after["generating"], after["counts"]["total"]) == (False, 18)


@pytest.mark.asyncio
async def test_the_board_says_for_ever_that_it_was_generating(
    plans: PlansOffice, province: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "CHUNK", 5)
    original = store.open_obligations
    boards: list[Any] = []

    async def looked_at(*args: Any, **named: Any) -> int:
        if not boards:
            boards.append(None)
        elif boards == [None]:
            boards[0] = await province.read("/v1/compliance", plan="binh-thuan-2025", as_of="2025-04-18T02:00:00Z")
        return await original(*args, **named)

    monkeypatch.setattr(generation, "open_obligations", looked_at)
    await plans.issue(a_plan())
    (during,) = boards
    point = during["standpoint"]

    again = await province.read(
        "/v1/compliance", plan="binh-thuan-2025", as_of="2025-04-18T02:00:00Z", known_at=point["known_at"]
    )

    assert again == during | {"standpoint": point | {"revision": None, "epoch": None}}


@pytest.mark.asyncio
async def test_a_plan_that_begins_later_owes_nothing_before(
    plans: PlansOffice, province: Office, clock: SetClock
) -> None:
    await plans.issue(a_plan(effective_on="2025-05-02"))

    assert await province.statuses() == {}
    clock.set(at("2025-05-02", "00:00:00"))
    assert set((await province.statuses()).values()) == {"not_due"}


@pytest.mark.asyncio
async def test_closing_a_plan_changes_no_obligation(plans: PlansOffice, province: Office, clock: SetClock) -> None:
    plan = await plans.issue(a_plan())
    before = await province.statuses(as_of="2026-01-01T00:00:00Z")
    clock.advance(timedelta(days=1))

    await plans.tell(PlanClosed(plan_id=plan.plan_id, slug=plan.slug, reason="Hết hạn", occurred_at=clock.now()))

    assert await province.statuses(as_of="2026-01-01T00:00:00Z") == before
    assert (await province.statuses(as_of="2025-05-01T00:00:00Z")) != {}


@pytest.mark.asyncio
async def test_two_plans_are_kept_apart(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan())
    other = a_plan(plan_id="5b8f0f2e-9999-5222-8333-b1a2c3d4e5f6", slug="la-gi-2025", rules=[QUARTER])

    await plans.tell(PlanIssued(plan=other, occurred_at=ISSUED_AT))

    assert (await province.read("/v1/compliance", plan="la-gi-2025"))["counts"]["total"] == 9
    assert (await province.read("/v1/compliance"))["counts"]["total"] == 27
