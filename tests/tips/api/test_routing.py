"""A tip reaches the body that is competent for what it is, by rules that hold on the day; without one it waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from kernel.clock import SetClock
from tests.reports.office import refusal
from tests.tips.desk import Desk

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("nobody_watches")]

AFTER_MERGER = datetime(2025, 7, 1, 2, tzinfo=UTC)
CRIME, FEEDBACK = {"category": "crime_report"}, {"category": "feedback"}


async def ruled(desk: Desk, key: str, **body: Any) -> httpx.Response:
    """Set a rule."""
    own = desk.headers(Idempotency_Key=key)
    return await desk.client.post("/v1/tips/routes", json={"unit": desk.unit} | body, headers=own)


async def test_a_rule_of_the_nation_leads_to_the_body_of_each_house_and_leaves_accepting_to_it(
    desk: Callable[[str], Desk], province: Desk, police: Desk
) -> None:
    rule = await ruled(desk("VN"), "r1", function="police", **CRIME)
    tip = await province.entered()

    led = await province.done(tip, "classify", **CRIME)
    assigned = await police.done(tip, "assign", to="60.CA")

    assert rule.status_code == 201, rule.text
    assert (led["state"], led["responsible"], assigned["state"]) == ("classified", "60.CA", "assigned")
    facts = led["history"][-1]["facts"]
    assert (facts["to"], facts["route"]) == ("60.CA", rule.json()["route_id"])
    assert [one["done_at"] for one in led["deadlines"] if one["step"] == "assign"] == [None]


async def test_without_a_rule_that_names_somebody_a_tip_stays_where_it_came(
    desk: Callable[[str], Desk], province: Desk
) -> None:
    await ruled(desk("VN"), "r1", function="police", **CRIME)
    other, below = await province.entered(), await province.entered(unit="593")

    another_category = await province.done(other, "classify", **FEEDBACK)
    house_without_police = await province.done(below, "classify", **CRIME)

    assert (another_category["responsible"], house_without_police["responsible"]) == ("60", "593")
    assert "route" not in house_without_police["history"][-1]["facts"]


async def test_a_rule_of_the_house_goes_first_and_one_for_the_category_before_one_for_all(
    desk: Callable[[str], Desk], province: Desk
) -> None:
    await ruled(desk("VN"), "r1", function="police", **CRIME)
    await ruled(province, "r2", to="60.MTTQ")
    led = await province.done(await province.entered(), "classify", **CRIME)
    await ruled(province, "r3", to="60.SYT", **CRIME)
    by_category = await province.done(await province.entered(), "classify", **CRIME)
    by_all = await province.done(await province.entered(), "classify", **FEEDBACK)

    assert [one["responsible"] for one in (led, by_category, by_all)] == ["60.MTTQ", "60.SYT", "60.MTTQ"]


async def test_a_rule_holds_from_its_first_day_until_its_end(province: Desk, clock: SetClock) -> None:
    rule = (await ruled(province, "r1", function="police", from_on="2025-04-19", until_on="2025-04-22")).json()
    before = await province.done(await province.entered(), "classify", **CRIME)
    clock.advance(timedelta(days=1))
    within = await province.done(await province.entered(), "classify", **CRIME)
    path, headers = f"/v1/tips/routes/{rule['route_id']}/end", province.headers(If_Match=rule["etag"])
    ended = await province.client.post(path, json={"until_on": "2025-04-20"}, headers=headers)
    clock.advance(timedelta(days=1))
    after = await province.done(await province.entered(), "classify", **CRIME)

    assert [one["responsible"] for one in (before, within, after)] == ["60", "60.CA", "60"]
    assert (ended.json()["until_on"], ended.headers["etag"]) == ("2025-04-20", '"2"')
    assert await province.read("/v1/tips/routes") == []


async def test_what_the_unit_is_not_competent_for_or_was_sent_to_a_body_by_name_is_not_led_away(
    desk: Callable[[str], Desk], province: Desk
) -> None:
    await ruled(desk("VN"), "r1", to="60.SYT")
    foreign = await province.done(await province.entered(), "classify", competent=False, **CRIME)
    named = await province.entered(unit="60.CA")

    chosen = await province.done(named, "classify", **CRIME)

    assert (foreign["responsible"], chosen["responsible"]) == ("60", "60.CA")


async def test_a_tip_that_turns_out_to_be_something_else_is_led_anew_until_it_is_taken_on(province: Desk) -> None:
    await ruled(province, "r1", to="60.CA", **CRIME)
    await ruled(province, "r2", to="60.SYT", **FEEDBACK)
    early, late = await province.entered(), await province.entered()
    for tip in (early, late):
        await province.done(tip, "classify", **CRIME)
    await province.done(late, "assign", to="60.CA")

    changed = [await province.done(one, "reclassify", ground="nhầm", **FEEDBACK) for one in (early, late)]

    assert [one["responsible"] for one in changed] == ["60.SYT", "60.CA"]


async def test_a_tip_that_turns_out_to_be_what_no_rule_names_returns_to_the_unit_that_it_came_to(
    province: Desk, police: Desk
) -> None:
    await ruled(province, "r1", to="60.CA", **CRIME)
    led, kept, never_led = [await province.entered() for _ in range(3)]
    for tip in (led, kept):
        await province.done(tip, "classify", **CRIME)
    await police.done(kept, "assign", to="60.CA")
    await province.done(never_led, "classify", **FEEDBACK)

    returned = await police.done(led, "reclassify", ground="nhầm", **FEEDBACK)
    stayed = await province.done(kept, "reclassify", ground="nhầm", **FEEDBACK)
    stayed_too = await province.done(never_led, "reclassify", ground="nhầm", category="complaint")

    assert [one["responsible"] for one in (returned, stayed, stayed_too)] == ["60", "60.CA", "60"]
    assert (returned["state"], returned["history"][-1]["facts"]["to"]) == ("classified", "60")
    assert all("to" not in one["history"][-1]["facts"] for one in (stayed, stayed_too))
    led_again = await province.done(led, "reclassify", ground="nhầm", **CRIME)
    assert led_again["responsible"] == "60.CA"


async def test_a_tip_returns_to_the_unit_that_took_over_and_only_if_it_was_led_away(
    desk: Callable[[str], Desk], province: Desk, clock: SetClock
) -> None:
    await ruled(province, "r1", to="60.CA", **CRIME)
    led, never_led = await province.entered(), await province.entered()
    await province.done(led, "classify", **CRIME)
    await province.done(never_led, "classify", **FEEDBACK)
    clock.set(AFTER_MERGER)

    returned = await desk("68").done(led, "reclassify", ground="nhầm", **FEEDBACK)
    stayed = await desk("68").done(never_led, "reclassify", ground="nhầm", category="complaint")

    assert returned["responsible"] == returned["history"][-1]["facts"]["to"] == "68"
    assert "to" not in stayed["history"][-1]["facts"]


async def test_a_rule_for_all_does_not_catch_what_the_same_unit_has_a_rule_for_that_names_nobody_here(
    desk: Callable[[str], Desk], province: Desk
) -> None:
    await ruled(desk("VN"), "r1", function="front")
    await ruled(province, "r2", to="60.SYT")
    await ruled(province, "r3", function="court", **CRIME)

    of_the_nation = await province.done(await province.entered(), "classify", **CRIME)
    by_all = await province.done(await province.entered(), "classify", **FEEDBACK)

    assert [one["responsible"] for one in (of_the_nation, by_all)] == ["60.MTTQ", "60.SYT"]


async def test_rules_go_on_with_the_unit_that_takes_the_duties_of_theirs_over(
    desk: Callable[[str], Desk], province: Desk, clock: SetClock
) -> None:
    by_function = (await ruled(province, "r1", function="police", **CRIME)).json()
    by_name = (await ruled(province, "r2", to="60.SYT")).json()
    of_a_body = await ruled(desk("60.MTTQ"), "r3", to="60.MTTQ", **FEEDBACK)
    old = await province.entered()
    clock.set(AFTER_MERGER)
    merged = desk("68")

    led = [await merged.done(await merged.entered(), "classify", **found) for found in (CRIME, FEEDBACK)]
    carried_over = await merged.done(old, "classify", **CRIME)
    listed = await merged.read("/v1/tips/routes", unit="22945")
    path, headers = f"/v1/tips/routes/{by_function['route_id']}/end", merged.headers(If_Match=by_function["etag"])
    ended = await merged.client.post(path, json={"until_on": "2025-07-01"}, headers=headers)

    assert of_a_body.status_code == 201
    assert [one["responsible"] for one in (*led, carried_over)] == ["68.CA", "68.SYT", "68.CA"]
    assert {one["route_id"] for one in listed} == {by_function["route_id"], by_name["route_id"]}
    assert ended.status_code == 200
    assert (await merged.done(await merged.entered(), "classify", **CRIME))["responsible"] == "68.SYT"


async def test_rules_are_refused_that_look_back_or_name_no_body_or_are_set_by_somebody_else(
    province: Desk, police: Desk
) -> None:
    past = await ruled(province, "r1", function="police", from_on="2025-04-17")
    inverted = await ruled(province, "r2", function="police", from_on="2025-05-01", until_on="2025-05-01")
    nobody = await ruled(province, "r3")
    both = await ruled(province, "r4", function="police", to="60.CA")
    stranger = await ruled(police, "r5", unit="60", function="police")
    unknown = await province.client.post(
        "/v1/tips/routes/01890a5d-ac96-774b-bcce-b302099a8057/end",
        json={"until_on": "2025-05-01"},
        headers=province.headers(If_Match="*"),
    )
    rule = (await ruled(province, "r6", function="police", until_on="2025-05-01")).json()
    path, headers = f"/v1/tips/routes/{rule['route_id']}/end", province.headers(If_Match=rule["etag"])
    longer = await province.client.post(path, json={"until_on": "2025-05-02"}, headers=headers)

    assert [refusal(one) for one in (past, inverted, longer)] == [(422, "route_not_ahead")] * 3
    assert [refusal(one) for one in (nobody, both)] == [(422, "input_invalid")] * 2
    assert (refusal(stranger), refusal(unknown)) == ((403, "unit_outside"), (404, "route_unknown"))


async def test_the_same_rule_sent_again_is_one_and_those_above_are_listed_with_it(
    desk: Callable[[str], Desk], province: Desk, clock: SetClock
) -> None:
    above = await ruled(desk("VN"), "r1", function="police", **CRIME)
    clock.advance(timedelta(seconds=1))
    first, again = [await ruled(province, "r2", to="60.CA") for _ in range(2)]

    listed = await province.read("/v1/tips/routes", unit="593")

    assert first.json() == again.json()
    assert [one["route_id"] for one in listed] == [above.json()["route_id"], first.json()["route_id"]]
    assert [(one["unit"], one["category"], one["function"], one["to"]) for one in listed] == [
        ("VN", "crime_report", "police", None),
        ("60", None, None, "60.CA"),
    ]
