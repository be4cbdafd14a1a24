"""No referral without consent, and none after its withdrawal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.clock import SetClock
from services.referrals.main import create
from services.referrals.wiring import Referrals
from tests.referrals.builders import at
from tests.referrals.office import Office, refusal


async def ready(union: Office, station: Office, **consent: Any) -> tuple[str, str, str, str]:
    """Return a case with an eligible need, a service for it, and the consent to be referred there."""
    health, case = await station.service(), await union.case()
    need = await union.need(case)
    return case, need, health, await union.consent(case, health, **consent)


@pytest.mark.asyncio
async def test_without_consent_there_is_no_referral_and_the_words_say_what_to_do(
    union: Office, station: Office
) -> None:
    health, other, case = await station.service(), await station.service(), await union.case()
    need = await union.need(case)
    await union.consent(case, other)
    await union.consent(await union.case(), health)

    answer = await union.refer(case, need, health)

    assert refusal(answer) == (409, "consent_missing")
    assert f"{case}/consents" in answer.json()["mend"]


@pytest.mark.asyncio
async def test_a_consent_lasts_ninety_days_unless_the_person_names_a_day(union: Office, station: Office) -> None:
    health, case = await station.service(), await union.case()

    await union.consent(case, health)
    await union.consent(case, health, expires_on="2025-04-30")

    shown = (await union.read(case))["consents"]
    assert sorted(one["expires_on"] for one in shown) == ["2025-04-30", "2025-07-17"]


@pytest.mark.asyncio
@pytest.mark.parametrize(("day", "code"), [("2026-04-19", "consent_too_long"), ("2025-04-17", "consent_over")])
async def test_a_consent_ends_within_a_year_and_not_before_today(
    union: Office, station: Office, day: str, code: str
) -> None:
    health, case = await station.service(), await union.case()
    body = {"service_id": health, "evidence": "Phiếu số 7", "expires_on": day}

    assert refusal(await union.create(f"{case}/consents", body)) == (422, code)


@pytest.mark.asyncio
@pytest.mark.parametrize(("instant", "status"), [("23:59:59", 201), ("24:00:00", 409)])
async def test_a_consent_holds_until_the_end_of_its_last_day(
    union: Office, station: Office, clock: SetClock, instant: str, status: int
) -> None:
    case, need, health, _ = await ready(union, station, expires_on="2025-04-30")
    clock.set(at("2025-05-01", "00:00:00") if instant == "24:00:00" else at("2025-04-30", instant))

    assert (await union.refer(case, need, health)).status_code == status


@pytest.mark.asyncio
@pytest.mark.parametrize("steps", [(), ("accept",), ("accept", "start")])
async def test_a_withdrawal_cancels_what_is_open_to_that_recipient_and_nothing_else(
    union: Office, station: Office, steps: tuple[str, ...]
) -> None:
    case, need, health, consent = await ready(union, station)
    referral = f"/v1/referrals/{(await union.refer(case, need, health)).json()['referral_id']}"
    of_another_person = await union.referral(health)
    other = await station.service()
    await union.consent(case, other)
    elsewhere = f"/v1/referrals/{(await union.refer(case, need, other)).json()['referral_id']}"
    await station.advance(referral, *steps) if steps else None

    answer = await union.edit(f"/v1/consents/{consent}/withdraw", version=1)

    assert (answer.status_code, answer.json()["withdrawn_at"]) == (200, "2025-04-18T02:00:00Z")
    states = [(await station.read(one))["state"] for one in (referral, of_another_person, elsewhere)]
    assert states == ["cancelled", "requested", "requested"]
    assert refusal(await station.advance(referral, "accept")) == (409, "transition_illegal")
    assert refusal(await union.refer(case, need, health)) == (409, "consent_missing")


@pytest.mark.asyncio
async def test_a_withdrawal_leaves_what_is_over_as_it_was(union: Office, station: Office) -> None:
    case, need, health, consent = await ready(union, station)
    served = f"/v1/referrals/{(await union.refer(case, need, health)).json()['referral_id']}"
    rejected = f"/v1/referrals/{(await union.refer(case, need, health)).json()['referral_id']}"
    await station.advance(served, "accept", "start", "complete")
    await station.advance(rejected, "reject")

    await union.edit(f"/v1/consents/{consent}/withdraw", version=1)

    shown = [await union.read(one) for one in (served, rejected)]
    assert [(one["state"], one["delivered_on"]) for one in shown] == [("completed", "2025-04-18"), ("rejected", None)]


@pytest.mark.asyncio
async def test_a_consent_is_withdrawn_once_and_can_be_given_again(
    union: Office, station: Office, clock: SetClock
) -> None:
    case, need, health, consent = await ready(union, station)
    await union.edit(f"/v1/consents/{consent}/withdraw", version=1)
    clock.advance(timedelta(days=1))

    again = await union.edit(f"/v1/consents/{consent}/withdraw", version=2)
    await union.consent(case, health)

    assert refusal(again) == (409, "consent_withdrawn")
    assert (await union.refer(case, need, health)).status_code == 201


@pytest.mark.asyncio
async def test_only_the_holder_records_and_withdraws_a_consent(union: Office, station: Office) -> None:
    case, _, health, consent = await ready(union, station)
    body = {"service_id": health, "evidence": "Phiếu số 7"}

    assert refusal(await station.create(f"{case}/consents", body)) == (403, "unit_outside")
    assert refusal(await station.edit(f"/v1/consents/{consent}/withdraw", version=1)) == (403, "unit_outside")


def test_nothing_in_the_api_takes_the_place_of_a_consent(service: Referrals) -> None:
    document = create(service).openapi()
    body = document["components"]["schemas"]["NewReferral"]

    assert body["properties"].keys() == {"case_id", "need_id", "service_id"}
    assert body["additionalProperties"] is False
    parameters = document["paths"]["/v1/referrals"]["post"]["parameters"]
    assert [one["name"] for one in parameters] == ["Idempotency-Key"]
