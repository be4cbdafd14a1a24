"""What can be done with a tip besides the straight way: each act with its ground, its trace and its clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.clock import SetClock
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.rig import published
from tests.tips.desk import INFORMANT, Desk
from tests.tips.process import body_of

pytestmark = pytest.mark.asyncio

DAYS = timedelta(days=1)
GROUND = body_of("suspend")["ground"]


def due(shown: Any, step: str) -> str:
    """Return by when a step is to be done."""
    return next(str(one["due_at"]) for one in shown["deadlines"] if one["step"] == step)


def last(shown: Any) -> dict[str, Any]:
    """Return the facts of what happened last."""
    facts: dict[str, Any] = shown["history"][-1]["facts"]
    return facts


async def taken_on(desk: Desk, category: str, **more: Any) -> str:
    """Enter a tip, classify it and have the police take it on."""
    tip = await desk.entered(**more)
    await desk.done(tip, "classify", category=category)
    await desk.done(tip, "assign", to="60.CA")
    return tip


@pytest.mark.usefixtures("nobody_watches")
async def test_a_reclassified_tip_is_judged_by_its_new_clocks_from_the_same_receipt(
    province: Desk, clock: SetClock, service: Tips
) -> None:
    tip = await province.entered()
    clock.advance(30 * DAYS / 24)
    late = await province.done(tip, "classify", category="crime_report")
    in_time = await province.done(tip, "reclassify", category="denunciation", ground=GROUND)
    late_again = await province.done(tip, "reclassify", category="crime_report", ground=GROUND)

    assert [one["late"] for one in (late, in_time, late_again)] == [True, False, True]
    # Seven working days after the receipt of Friday 18/4/2025.
    assert due(in_time, "accept") == "2025-04-28T17:00:00Z"
    assert last(in_time)["ground"] == GROUND
    kinds = [one["kind"] for one in late_again["history"]]
    assert kinds == ["received", "deadline_missed", "classify", "reclassify", "reclassify"]
    told = [data["late"] for fact, data in await published(service.database) if fact == "tip.classified"]
    assert told == [True, False, True]


@pytest.mark.usefixtures("nobody_watches")
async def test_a_suspension_moves_the_deadline_of_resolving_by_exactly_its_length(
    province: Desk, police: Desk, clock: SetClock
) -> None:
    tip = await taken_on(province, "crime_report")
    suspended = await police.done(tip, "suspend", ground=GROUND)
    pause = timedelta(days=50, hours=3, microseconds=17)
    clock.advance(pause)

    resumed = await police.done(tip, "resume", ground=GROUND)

    assert next(one for one in suspended["deadlines"] if one["step"] == "resolve")["stands_since"] is not None
    assert datetime.fromisoformat(due(resumed, "resolve")) - datetime.fromisoformat(due(suspended, "resolve")) == pause
    assert (resumed["state"], resumed["history"][-1]["by"]) == ("verifying", "60.CA")
    assert "resolve" not in {one["facts"].get("step") for one in resumed["history"]}


async def test_pauses_add_up(province: Desk, police: Desk, clock: SetClock) -> None:
    tip = await taken_on(province, "crime_report")
    before = await police.read(tip)
    for hours in (30, 12):
        await police.done(tip, "suspend", ground=GROUND)
        clock.advance(timedelta(hours=hours))
        await police.done(tip, "resume", ground=GROUND)

    later = datetime.fromisoformat(due(await police.read(tip), "resolve"))
    assert later - datetime.fromisoformat(due(before, "resolve")) == timedelta(hours=42)


async def test_extensions_are_those_of_the_law_and_need_a_second_person(province: Desk, police: Desk) -> None:
    tip = await taken_on(province, "crime_report")
    too_early = await police.step(tip, "extend", **body_of("extend", kind="procuracy"))
    by_itself = await police.step(tip, "extend", **body_of("extend", approver="harbour-office-7"))

    first = await police.done(tip, "extend", **body_of("extend"))
    second = await police.done(tip, "extend", **body_of("extend", kind="procuracy"))
    third = await police.step(tip, "extend", **body_of("extend", kind="procuracy"))

    assert [refusal(one) for one in (too_early, by_itself, third)] == [
        (422, "extension_impossible"),
        (422, "approver_is_actor"),
        (422, "extension_impossible"),
    ]
    assert "complex" in too_early.json()["mend"]
    # 20 days after 18/4 are 8/5; two months more 8/7, and 8/9.
    assert [due(one, "resolve") for one in (first, second)] == ["2025-07-08T17:00:00Z", "2025-09-08T17:00:00Z"]
    assert (last(first)["approver"], last(first)["step"]) == ("Quyết định 12/QĐ", "resolve")


@pytest.mark.parametrize(
    ("classified", "kinds", "until"),
    [
        ({"category": "denunciation"}, ["complex"], "2025-06-17T17:00:00Z"),
        ({"category": "denunciation"}, ["especially_complex", "especially_complex"], "2025-07-17T17:00:00Z"),
        ({"category": "complaint"}, ["complex"], "2025-06-02T17:00:00Z"),
        ({"category": "complaint", "instance": "second"}, ["complex"], "2025-06-17T17:00:00Z"),
        ({"category": "complaint", "remote": True}, ["complex"], "2025-06-17T17:00:00Z"),
        ({"category": "complaint", "instance": "second", "remote": True}, ["complex"], "2025-06-27T17:00:00Z"),
    ],
)
async def test_how_long_resolving_takes_at_most(
    province: Desk, police: Desk, classified: dict[str, Any], kinds: list[str], until: str
) -> None:
    tip = await province.entered()
    await province.done(tip, "classify", **classified)
    shown = await province.done(tip, "assign", to="60.CA")
    for kind in kinds:
        shown = await police.done(tip, "extend", **body_of("extend", kind=kind))

    assert due(shown, "resolve") == until
    assert refusal(await police.step(tip, "extend", **body_of("extend"))) == (422, "extension_impossible")


@pytest.mark.usefixtures("nobody_watches")
async def test_a_limit_that_has_ended_or_not_begun_is_not_extended(province: Desk, clock: SetClock) -> None:
    tip = await province.entered()
    await province.done(tip, "classify", category="denunciation")
    not_begun = await province.step(tip, "extend", **body_of("extend"))
    longer = await province.done(tip, "extend", **body_of("extend", kind="several_places"))
    clock.advance(20 * DAYS)
    await province.done(tip, "assign", to="60.CA")
    clock.advance(35 * DAYS)
    ended = await province.step(tip, "extend", **body_of("extend"))

    assert (refusal(not_begun), refusal(ended)) == ((409, "deadline_passed"), (409, "deadline_passed"))
    # Ten working days after 18/4: 26/4 is worked, 30/4 to 2/5 are free.
    assert due(longer, "accept") == "2025-05-06T17:00:00Z"


async def test_the_receipt_is_notified_when_all_whom_the_law_names_were_told(province: Desk) -> None:
    tip = await province.entered(informant=INFORMANT)
    await province.done(tip, "classify", category="crime_report")

    half = await province.done(tip, "notify", notice="receipt", to=["informant"])
    whole = await province.done(tip, "notify", notice="receipt", to=["procuracy"])

    done = [
        next(one["done_at"] for one in shown["deadlines"] if one["step"] == "notify_receipt") for shown in (half, whole)
    ]
    assert (done[0], done[1] is not None) == (None, True)


async def test_a_known_informant_is_told_the_outcome_of_a_crime_report_before_it_is_closed(
    province: Desk, police: Desk
) -> None:
    tip = await taken_on(province, "crime_report", informant=INFORMANT)
    resolved = await police.done(tip, "resolve", outcome="confirmed")
    early = await police.step(tip, "close")
    await police.done(tip, "notify", notice="outcome", to=["informant"])
    closed = await police.done(tip, "close")

    assert due(resolved, "notify_outcome") == "2025-04-21T17:00:00Z"
    assert refusal(early) == (409, "outcome_not_told")
    assert closed["state"] == "closed"


@pytest.mark.usefixtures("nobody_watches")
async def test_an_outcome_that_is_told_too_late_does_not_make_late_what_was_handled_in_time(
    province: Desk, police: Desk, clock: SetClock, service: Tips
) -> None:
    tip = await taken_on(province, "crime_report", informant=INFORMANT)
    await police.done(tip, "resolve", outcome="confirmed")
    clock.advance(10 * DAYS)
    told = await police.done(tip, "notify", notice="outcome", to=["informant"])

    facts = await published(service.database)
    assert [(data["step"], data["late"]) for fact, data in facts if fact == "tip.deadline_missed"] == [
        ("notify_outcome", False)
    ]
    assert told["late"] is False
    assert [one["missed"] for one in told["deadlines"] if one["step"] == "notify_outcome"] == [True]


@pytest.mark.parametrize("informant", [None, {"refused_because": "Sợ sóng"}])
async def test_whoever_did_not_say_who_they_are_need_not_be_told(
    province: Desk, police: Desk, informant: dict[str, str] | None
) -> None:
    tip = await taken_on(province, "crime_report", informant=informant)
    await police.done(tip, "resolve", outcome="confirmed")

    assert (await police.done(tip, "close"))["state"] == "closed"


async def test_whoever_says_that_it_is_not_competent_has_to_transfer_the_tip(province: Desk, clock: SetClock) -> None:
    tip = await province.entered(unit="593")
    clock.advance(DAYS / 12)
    shown = await province.done(tip, "classify", category="crime_report", competent=False)

    assert due(shown, "transfer") == "2025-04-19T04:00:00Z"
    competent = await province.done(tip, "reclassify", category="crime_report", ground=GROUND)
    assert "transfer" not in {one["step"] for one in competent["deadlines"]}


@pytest.mark.usefixtures("nobody_watches")
async def test_the_clocks_of_the_competent_unit_begin_with_its_own_receipt(
    province: Desk, police: Desk, clock: SetClock
) -> None:
    tip = await province.entered(unit="593")
    await province.done(tip, "classify", category="crime_report", competent=False)
    clock.advance(2 * DAYS)
    moved = await province.done(tip, "transfer", to="60.CA", ground=GROUND)
    clock.advance(DAYS / 2)
    classified = await police.done(tip, "classify", category="crime_report")

    assert [(one["step"], one["due_at"]) for one in moved["deadlines"]] == [("classify", "2025-04-21T02:00:00Z")]
    assert due(classified, "resolve") == "2025-05-12T17:00:00Z"
    # For the unit that received it, it was transferred a day too late, whatever the other does.
    assert (moved["late"], classified["late"], classified["received_at"]) == (True, True, "2025-04-18T02:00:00Z")
    assert not any(one["missed"] for one in classified["deadlines"])


@pytest.mark.usefixtures("nobody_watches")
async def test_what_one_unit_missed_and_did_counts_neither_for_nor_against_the_next(
    province: Desk, police: Desk, clock: SetClock, service: Tips
) -> None:
    tip = await province.entered(unit="593")
    clock.advance(2 * DAYS)
    await province.done(tip, "classify", category="crime_report")
    await province.done(tip, "assign", to="593")
    await province.done(tip, "notify", notice="receipt", to=["procuracy"])
    moved = await province.done(tip, "transfer", to="60.CA", ground=GROUND)
    clock.advance(2 * DAYS)
    shown = await police.done(tip, "classify", category="crime_report")

    assert moved["due_at"] == "2025-04-21T02:00:00Z"
    stand = {one["step"]: (one["missed"], one["done_at"] is not None) for one in shown["deadlines"]}
    assert stand == {
        "classify": (True, True),
        "notify_receipt": (False, False),
        "assign": (False, False),
        "resolve": (False, False),
    }
    missed = [data["occurred_at"] for fact, data in await published(service.database) if fact == "tip.deadline_missed"]
    assert missed == ["2025-04-19T02:00:00Z", "2025-04-21T02:00:00Z"]


async def test_a_body_outside_has_it_by_its_own_receipt(province: Desk, service: Tips) -> None:
    tip = await province.entered()
    await province.done(tip, "classify", category="crime_report")
    tomorrow = await province.step(tip, "hand_over", **body_of("hand_over", received_on="2025-04-19"))
    handed = await province.done(tip, "hand_over", **body_of("hand_over"))
    closed = await province.done(tip, "close")

    assert refusal(tomorrow) == (422, "day_impossible")
    assert (handed["state"], handed["responsible"], closed["outcome"]) == ("transferred", "60", "transferred")
    assert (last(handed)["reference"], last(handed)["received_on"]) == ("15/TN", "2025-04-18")
    assert [data.get("to_unit_id", "") for fact, data in await published(service.database)][2] is None


async def test_what_the_law_does_not_have_handled_is_not_accepted_with_a_ground_and_counts(province: Desk) -> None:
    tip = await province.entered()
    await province.done(tip, "classify", category="complaint")
    shown = await province.done(tip, "not_accept", ground="Luật Khiếu nại 2011, Điều 11.5")

    assert (shown["state"], shown["outcome"], shown["can"]) == (
        "not_accepted",
        "not_accepted",
        ["notify", "grade", "close"],
    )
    assert last(shown)["ground"] == "Luật Khiếu nại 2011, Điều 11.5"


async def test_a_crime_report_is_never_refused_and_only_a_crime_report_stands_still(province: Desk) -> None:
    crime, complaint = await province.entered(), await taken_on(province, "complaint")
    await province.done(crime, "classify", category="crime_report")

    assert refusal(await province.step(crime, "not_accept", ground=GROUND)) == (409, "transition_illegal")
    assert refusal(await province.step(complaint, "suspend", ground=GROUND)) == (409, "transition_illegal")


async def test_a_duplicate_ends_only_after_the_tip_that_it_repeats(
    province: Desk, police: Desk, desk: Callable[[str], Desk]
) -> None:
    first, second = await taken_on(province, "feedback"), await taken_on(province, "feedback")
    unlinked = await police.step(second, "resolve", outcome="duplicate")
    itself = await province.step(second, "link", duplicate_of=second.rpartition("/")[2])
    elsewhere = await desk("38").entered()
    foreign = await province.step(second, "link", duplicate_of=elsewhere.rpartition("/")[2])
    linked = await province.done(second, "link", duplicate_of=first.rpartition("/")[2])
    early = await police.step(second, "resolve", outcome="duplicate")
    await police.done(first, "resolve", outcome="confirmed")
    ended = await police.done(second, "resolve", outcome="duplicate")

    assert [refusal(one) for one in (unlinked, itself, foreign, early)] == [
        (409, "original_not_handled"),
        (422, "link_to_self"),
        (403, "unit_outside"),
        (409, "original_not_handled"),
    ]
    assert (linked["duplicate_of"], ended["outcome"]) == (first.rpartition("/")[2], "duplicate")
    assert linked["number"] != (await province.read(first))["number"]


async def test_a_mark_as_spam_has_an_owner_and_hides_nothing(province: Desk) -> None:
    tip = await province.entered()
    before = await province.read(tip)
    marked = await province.done(tip, "grade", grade="spam", ground="Quảng cáo")
    listed = await province.read("/v1/tips")
    taken_back = await province.done(tip, "grade", grade="none", ground="Nhầm")

    assert (marked["grade"], marked["due_at"], marked["state"]) == ("spam", before["due_at"], "received")
    assert (marked["history"][-1]["by"], last(marked)) == ("60", {"grade": "spam", "ground": "Quảng cáo"})
    assert [one["grade"] for one in listed["items"]] == ["spam"]
    assert taken_back["grade"] is None


async def test_alarms_are_listed_for_the_units_that_they_concern(
    province: Desk, desk: Callable[[str], Desk], clock: SetClock, service: Tips
) -> None:
    await province.entered(unit="593")
    for hours in (21, 4, 24):
        clock.advance(timedelta(hours=hours))
        for watch in service.watches:
            await watch.catch_up()

    rows = (await province.read("/v1/tips/alarms"))["items"]

    assert [(one["kind"], one["step"], one["to_unit"], one["level"], one["fell_at"]) for one in rows] == [
        ("deadline_near", "classify", "593", 0, "2025-04-18T22:00:00Z"),
        ("deadline_missed", "classify", "593", 0, "2025-04-19T02:00:00Z"),
        ("escalated", "classify", "60", 1, "2025-04-20T02:00:00Z"),
    ]
    assert {one["unit"] for one in rows} == {one["responsible"] for one in rows} == {"593"}
    assert (await desk("38").read("/v1/tips/alarms"))["items"] == []
    assert len((await desk("593").read("/v1/tips/alarms", kind="escalated"))["items"]) == 1
    assert len((await province.read("/v1/tips/alarms", to_unit="60"))["items"]) == 1
    followed = await province.read("/v1/tips/alarms", after=0)
    assert {UUID(one["alarm_id"]) for one in followed["items"]} == {UUID(one["alarm_id"]) for one in rows}
    assert refusal(await province.get("/v1/tips/alarms", after=0, kind="escalated")) == (400, "changes_filtered")
