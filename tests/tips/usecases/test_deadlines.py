"""The clocks of a tip: noted once when they pass, whoever is there, and counted as what the tip is now."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from contracts.events.plans import CalendarChanged, DayDecision
from kernel.clock import SetClock
from runtime.database import Database
from services.tips.wiring import Tips
from tests.plans_told import Teller
from tests.rig import MORNING, published
from tests.tips.desk import Desk

pytestmark = pytest.mark.asyncio

HOURS = timedelta(hours=1)


async def told(service: Tips) -> list[tuple[str, Any]]:
    """Let the watch do what it has to, and return the facts that were published, with what makes them late."""
    for watch in service.watches:
        await watch.catch_up()
    facts = await published(service.database)
    return [(fact, data.get("step", data["late"])) for fact, data in facts if fact.startswith("tip.")]


async def test_a_tip_that_nobody_classified_within_24_hours_is_late_from_then_on(
    province: Desk, service: Tips, clock: SetClock
) -> None:
    tip = await province.entered()
    clock.advance(24 * HOURS - timedelta(microseconds=1))
    before = await told(service)
    clock.advance(timedelta(microseconds=1))

    near = [("tip.received", False), ("tip.deadline_near", "classify")]
    assert before == near
    assert await told(service) == [*near, ("tip.deadline_missed", "classify")]
    shown = await province.read(tip)
    assert (shown["late"], shown["due_at"]) == (True, None)
    missed = shown["history"][1]
    assert (missed["kind"], missed["occurred_at"]) == ("deadline_missed", "2025-04-19T02:00:00Z")


async def test_a_missed_deadline_is_told_once_however_often_it_is_looked_at(
    province: Desk, service: Tips, clock: SetClock
) -> None:
    await province.entered()
    clock.advance(100 * HOURS)

    assert await told(service) == await told(service)
    assert [fact for fact, _ in await told(service)].count("tip.deadline_missed") == 1


async def test_after_an_outage_of_nine_days_everything_is_caught_up_at_the_instants_of_then(
    province: Desk, service: Tips, clock: SetClock
) -> None:
    for _ in range(3):
        await province.entered()
        clock.advance(HOURS)
    clock.advance(timedelta(days=9))

    await told(service)

    instants = [
        data["occurred_at"] for fact, data in await published(service.database) if fact == "tip.deadline_missed"
    ]
    assert instants == ["2025-04-19T02:00:00Z", "2025-04-19T03:00:00Z", "2025-04-19T04:00:00Z"]


@pytest.mark.usefixtures("nobody_watches")
async def test_whoever_acts_too_late_finds_the_deadline_noted_first(
    province: Desk, service: Tips, clock: SetClock
) -> None:
    tip = await province.entered()
    clock.advance(30 * HOURS)

    await province.done(tip, "classify", category="crime_report")

    assert [(fact, data.get("step", data["late"])) for fact, data in await published(service.database)] == [
        ("tip.received", False),
        ("tip.deadline_missed", "classify"),
        ("tip.classified", True),
    ]


@pytest.mark.usefixtures("nobody_watches")
async def test_what_turns_out_to_be_no_crime_report_was_never_late_for_its_24_hours(
    province: Desk, service: Tips, clock: SetClock
) -> None:
    tip = await province.entered()
    clock.advance(30 * HOURS)

    shown = await province.done(tip, "classify", category="denunciation")

    assert shown["late"] is False
    assert (await told(service))[-1] == ("tip.classified", False)
    # Seven working days after Friday 18/4/2025: Saturday 26/4 is worked for Friday 2/5.
    assert shown["due_at"] == "2025-04-28T17:00:00Z"


async def test_the_clock_of_resolving_a_denunciation_starts_when_it_is_taken_on(
    province: Desk, clock: SetClock
) -> None:
    tip = await province.entered()
    await province.done(tip, "classify", category="denunciation")
    clock.advance(timedelta(days=3))

    shown = await province.done(tip, "assign", to="60.CA")

    # 30 days after Monday 21/4/2025.
    assert [(one["step"], one["due_at"]) for one in shown["deadlines"]] == [
        ("accept", "2025-04-28T17:00:00Z"),
        ("resolve", "2025-05-21T17:00:00Z"),
    ]
    assert shown["due_at"] == "2025-05-21T17:00:00Z"


@pytest.mark.usefixtures("nobody_watches")
async def test_a_crime_report_is_resolved_within_20_days_of_its_receipt(
    province: Desk, service: Tips, clock: SetClock
) -> None:
    tip = await province.entered()
    await province.done(tip, "classify", category="crime_report")
    await province.done(tip, "assign", to="60.CA")
    told_of = await province.done(tip, "notify", notice="receipt", to=["procuracy"])
    assert told_of["due_at"] == "2025-05-08T17:00:00Z"
    clock.set(datetime.fromisoformat("2025-05-08T17:00:00Z"))

    resolved = await province.done(tip, "resolve", outcome="unfounded")

    assert resolved["late"] is True
    await province.done(tip, "close")
    assert (await told(service))[-2:] == [("tip.deadline_missed", "resolve"), ("tip.closed", True)]


async def test_feedback_has_no_clock_that_the_law_sets(province: Desk, service: Tips, clock: SetClock) -> None:
    tip = await province.entered()
    shown = await province.done(tip, "classify", category="feedback")
    clock.advance(timedelta(days=400))

    assert (shown["due_at"], shown["deadlines"]) == (None, [])
    assert [fact for fact, _ in await told(service)] == ["tip.received", "tip.classified"]


async def test_a_complaint_is_taken_on_within_ten_days(province: Desk) -> None:
    tip = await province.entered()

    # Ten days after Friday 18/4/2025.
    assert (await province.done(tip, "classify", category="complaint"))["due_at"] == "2025-04-28T17:00:00Z"


async def test_a_new_day_off_moves_deadlines_that_lie_ahead(
    province: Desk, service: Tips, outbox: Database, clock: SetClock
) -> None:
    ahead = await province.entered()
    await province.done(ahead, "classify", category="denunciation")
    decision = DayDecision(decision="Công văn 5015/BNV", decided_on=date(2025, 4, 20), days_off=(date(2025, 4, 28),))

    await Teller(outbox, service).tell(CalendarChanged(decision=decision, digest="harbour"))

    shown = await province.read(ahead)
    assert shown["due_at"] == "2025-04-29T17:00:00Z"
    moved = shown["history"][-1]
    assert (moved["kind"], moved["facts"]) == (
        "deadlines_moved",
        {"decision": "Công văn 5015/BNV", "due": {"accept.denunciation": "2025-04-29T17:00:00+00:00"}},
    )
    assert clock.now() == MORNING


async def test_a_day_off_decided_afterwards_does_not_unmiss_a_deadline(
    province: Desk, service: Tips, outbox: Database, clock: SetClock
) -> None:
    tip = await province.entered()
    await province.done(tip, "classify", category="denunciation")
    clock.set(datetime.fromisoformat("2025-04-28T17:00:00Z"))
    before = await told(service)
    decision = DayDecision(decision="Công văn 5015/BNV", decided_on=date(2025, 4, 20), days_off=(date(2025, 4, 28),))

    await Teller(outbox, service).tell(CalendarChanged(decision=decision, digest="harbour"))

    assert (await province.read(tip))["late"] is True
    assert await told(service) == before
