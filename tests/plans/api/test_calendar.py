"""Days off are decided without a release, and the others are told."""

from __future__ import annotations

from typing import Any

import pytest

from services.plans.wiring import Plans
from tests.plans.api.conftest import Office, spots
from tests.rig import published

SWAP: dict[str, Any] = {
    "decision": "Thông báo số 7/TB-BNV",
    "decided_on": "2026-12-01",
    "days_off": ["2027-01-04"],
    "worked": ["2027-01-09"],
    "completes": [2027],
    "reference": "Hoán đổi ngày làm việc",
}


async def days(office: Office, year: int) -> dict[str, dict[str, Any]]:
    """Return the notable days of a year."""
    answer = await office.get(f"/v1/calendar?year={year}")
    assert answer.status_code == 200, answer.text
    return {day["day"]: day for day in answer.json()["days"]}


@pytest.mark.asyncio
async def test_the_days_that_are_not_as_their_weekday_says_come_with_their_reason(province: Office) -> None:
    shown = await days(province, 2026)

    assert (shown["2026-01-02"]["working"], shown["2026-01-02"]["reason"]) == (False, "day_off")
    assert (shown["2026-01-10"]["working"], shown["2026-01-10"]["reason"]) == (True, "worked_instead")
    assert shown["2026-04-30"]["holiday"] is not None
    assert "2026-01-05" not in shown
    assert "2026-03-07" not in shown
    assert {day[:4] for day in shown} == {"2026"}


@pytest.mark.asyncio
async def test_a_decision_changes_its_days_and_the_digest_and_is_told(province: Office, service: Plans) -> None:
    before = (await province.get("/v1/calendar?year=2027")).json()["digest"]

    answer = await province.create("/v1/calendar/decisions", SWAP)

    assert answer.status_code == 201, answer.text
    after = (await province.get("/v1/calendar?year=2027")).json()["digest"]
    shown = await days(province, 2027)
    assert shown["2027-01-04"]["decision"] == SWAP["decision"]
    assert shown["2027-01-09"]["working"] is True
    assert after != before
    fact, event = (await published(service.database))[-1]
    assert (fact, event["digest"], event["decision"]) == ("calendar.changed", after, SWAP)


@pytest.mark.asyncio
async def test_a_decision_entered_late_is_told_with_the_digest_that_everybody_finds(
    province: Office, service: Plans
) -> None:
    await province.create("/v1/calendar/decisions", SWAP)
    earlier = {"decision": "Thông báo số 6/TB-BNV", "decided_on": "2026-11-25", "days_off": ["2027-01-09"]}

    await province.create("/v1/calendar/decisions", earlier)

    _, event = (await published(service.database))[-1]
    assert event["digest"] == (await province.get("/v1/calendar?year=2027")).json()["digest"]
    assert (await days(province, 2027))["2027-01-09"]["decision"] == SWAP["decision"], "the later decision binds"


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["harbour-1", "another-key"])
async def test_the_same_decision_again_changes_nothing(province: Office, service: Plans, key: str) -> None:
    first = await province.create("/v1/calendar/decisions", SWAP, key="harbour-1")
    told = await published(service.database)

    again = await province.create("/v1/calendar/decisions", SWAP, key=key)

    assert (again.status_code, again.json()) == (201, first.json())
    assert await published(service.database) == told


@pytest.mark.asyncio
@pytest.mark.parametrize("changed", [{"worked": []}, {"days_off": []}, {"completes": []}, {"decided_on": "2026-12-02"}])
async def test_other_content_under_the_same_decision_is_refused(province: Office, changed: dict[str, Any]) -> None:
    await province.create("/v1/calendar/decisions", SWAP)

    answer = await province.create("/v1/calendar/decisions", SWAP | changed)

    assert (answer.status_code, answer.json()["code"]) == (409, "decision_differs")


@pytest.mark.asyncio
async def test_a_decision_that_contradicts_itself_is_refused(province: Office, service: Plans) -> None:
    told = await published(service.database)

    answer = await province.create("/v1/calendar/decisions", SWAP | {"worked": ["2027-01-04"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "contradictory_decision")
    assert await published(service.database) == told


@pytest.mark.asyncio
async def test_a_year_that_is_none_of_ours_is_refused_with_its_place(province: Office) -> None:
    answer = await province.get("/v1/calendar?year=1999")

    assert answer.status_code == 422
    assert spots(answer) == [("query/year", "greater_than_equal")]
