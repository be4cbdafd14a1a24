"""Referrals from the request to the service, and what each side sees of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.clock import SetClock, as_utc
from services.referrals.store.referrals import history_of
from services.referrals.wiring import Referrals
from tests.referrals.builders import at
from tests.referrals.office import Office, refusal


@pytest.mark.asyncio
async def test_a_referral_is_requested_accepted_started_and_completed(
    union: Office, station: Office, service: Referrals, clock: SetClock
) -> None:
    referral = await union.referral(await station.service())
    clock.set(at("2025-04-21"))

    answer = await station.advance(referral, "accept", "start", "complete", delivered_on="2025-04-20")

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"4"')
    assert (answer.json()["state"], answer.json()["delivered_on"]) == ("completed", "2025-04-20")
    async with service.database.read() as read:
        history = await history_of(read, UUID(answer.json()["referral_id"]))
    assert [one.state for one in history] == ["requested", "accepted", "in_progress", "completed"]
    assert [one.client for one in history] == ["office-15187.HPN"] + ["office-15187.YT"] * 3
    assert [one.occurred_at for one in history[:2]] == [as_utc(at("2025-04-18")), as_utc(at("2025-04-21"))]
    assert all(one.recorded_at >= one.occurred_at for one in history)


@pytest.mark.asyncio
async def test_a_provider_sees_the_reference_the_need_and_the_state_and_nothing_else(
    union: Office, station: Office
) -> None:
    health = await station.service()
    case = await union.case()
    need = await union.need(case)
    await union.need(case, "legal")
    await union.consent(case, health)
    referral = f"/v1/referrals/{(await union.refer(case, need, health)).json()['referral_id']}"

    shown = await station.read(referral)

    assert shown.keys() == {
        "referral_id", "reference", "service_id", "need", "need_name", "requested_at", "state", "delivered_on",
        "version", "revision",
    }  # fmt: skip
    assert (shown["need"], shown["need_name"], shown["state"]) == ("arv", "Điều trị ARV", "requested")
    assert shown["reference"] == (await union.read(case))["reference"]
    for path in (case, f"{case}/person"):
        assert refusal(await station.get(path)) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_only_the_party_whose_step_it_is_takes_it(union: Office, station: Office) -> None:
    referral = await union.referral(await station.service())

    by_holder = await union.advance(referral, "accept")
    by_provider = await station.advance(referral, "cancel")

    assert refusal(by_holder) == refusal(by_provider) == (403, "unit_outside")
    assert (await union.read(referral))["state"] == "requested"


@pytest.mark.asyncio
async def test_a_step_that_is_not_legal_names_those_that_are(union: Office, station: Office) -> None:
    referral = await union.referral(await station.service())
    await station.advance(referral, "accept")

    answer = await station.advance(referral, "complete")

    assert refusal(answer) == (409, "transition_illegal")
    assert answer.json()["mend"] == "Có thể: start → in_progress, cancel → cancelled."


@pytest.mark.asyncio
async def test_a_step_names_the_version_that_was_read(union: Office, station: Office) -> None:
    referral = await union.referral(await station.service())
    await station.advance(referral, "accept")

    assert refusal(await union.edit(f"{referral}/cancel", version=1)) == (412, "version_outdated")


@pytest.mark.asyncio
@pytest.mark.parametrize("day", ["2025-04-17", "2025-04-19"])
async def test_a_service_is_not_delivered_before_its_request_or_in_the_future(
    union: Office, station: Office, day: str
) -> None:
    referral = await union.referral(await station.service())

    answer = await station.advance(referral, "accept", "start", "complete", delivered_on=day)

    assert refusal(answer) == (422, "delivery_unfit")


@pytest.mark.asyncio
@pytest.mark.parametrize("positive", [None, False])
async def test_there_is_no_referral_without_a_positive_decision(
    union: Office, station: Office, positive: bool | None
) -> None:
    health, case = await station.service(), await union.case()
    need = await union.need(case, positive=positive)
    await union.consent(case, health)

    assert refusal(await union.refer(case, need, health)) == (409, "not_eligible")


@pytest.mark.asyncio
@pytest.mark.parametrize("later", [True, False])
async def test_the_latest_decision_counts(union: Office, station: Office, clock: SetClock, later: bool) -> None:
    health, case = await station.service(), await union.case()
    need = await union.need(case, positive=not later)
    await union.consent(case, health)
    clock.advance(timedelta(hours=1))
    await union.made(f"{case}/needs/{need}/decisions", {"positive": later, "reason": "Xét lại"})

    assert (await union.refer(case, need, health)).status_code == (201 if later else 409)


@pytest.mark.asyncio
async def test_a_service_is_asked_only_for_what_it_serves(union: Office, station: Office) -> None:
    health, case = await station.service(), await union.case()
    need = await union.need(case, "loan")
    await union.consent(case, health)

    assert refusal(await union.refer(case, need, health)) == (422, "need_not_served")


@pytest.mark.asyncio
async def test_the_need_is_one_of_the_case(union: Office, station: Office) -> None:
    health, case, other = await station.service(), await union.case(), await union.case()
    await union.consent(case, health)

    assert refusal(await union.refer(case, await union.need(other), health)) == (404, "need_unknown")


@pytest.mark.asyncio
async def test_a_repeated_request_is_one_referral(union: Office, station: Office) -> None:
    health, case = await station.service(), await union.case()
    need = await union.need(case)
    await union.consent(case, health)
    body = {"case_id": case.rpartition("/")[2], "need_id": need, "service_id": health}

    first, again = [await union.create("/v1/referrals", body, key="harbour-7") for _ in range(2)]

    assert (again.status_code, again.json()) == (201, first.json())
    assert len((await union.read("/v1/referrals"))["items"]) == 1


@pytest.mark.asyncio
async def test_holder_and_provider_list_a_referral_and_others_do_not(
    union: Office, station: Office, commune: Office, neighbour: Office, clock: SetClock
) -> None:
    health = await station.service()
    first = await union.referral(health)
    clock.advance(timedelta(seconds=1))
    second = await union.referral(health)

    for office in (union, station, commune):
        page = await office.read("/v1/referrals", limit=1)
        rest = await office.read("/v1/referrals", limit=1, cursor=page["next_cursor"])
        assert [_path(one) for one in page["items"] + rest["items"]] == [first, second]
        assert rest["next_cursor"] is None
    assert (await neighbour.read("/v1/referrals"))["items"] == []
    assert refusal(await neighbour.get(first)) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_changes_of_referrals_are_followed(union: Office, station: Office, neighbour: Office) -> None:
    health = await station.service()
    first, _ = await union.referral(health), await union.referral(health)
    through = (await station.read("/v1/referrals", after=0))["through"]
    await station.advance(first, "accept")

    assert [_path(one) for one in (await union.read("/v1/referrals", after=through))["items"]] == [first]
    assert (await neighbour.read("/v1/referrals", after=0))["items"] == []


def _path(shown: Any) -> str:
    return f"/v1/referrals/{shown['referral_id']}"
