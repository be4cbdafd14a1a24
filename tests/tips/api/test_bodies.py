"""Competent bodies outside are known by keys that a unit vouches for; a key is revoked, and never changed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import httpx
import pytest

from kernel.clock import SetClock
from tests.reports.office import refusal
from tests.tips.court import NAME, Court
from tests.tips.desk import SCOPES, Desk

pytestmark = pytest.mark.asyncio

PRIME = 2**255 - 19
SMALL_ORDER = (
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    PRIME - 1,
)
"""All points with which the shared secret is nothing but zeros."""
BODIES = "/v1/tips/bodies"


async def register(desk: Desk, body: dict[str, Any], key: str = "body") -> httpx.Response:
    return await desk.client.post(BODIES, json=body, headers=desk.headers(Idempotency_Key=key))


async def revoke(desk: Desk, body_id: str, tag: str = '"1"') -> httpx.Response:
    return await desk.client.post(f"{BODIES}/{body_id}/revoke", headers=desk.headers(If_Match=tag))


async def listed(desk: Desk) -> set[str]:
    return {one["body_id"] for one in (await desk.read(BODIES))["items"]}


async def test_a_body_is_registered_once_with_the_fingerprint_by_which_people_compare_its_key(
    province: Desk, clock: SetClock
) -> None:
    court = Court()

    made, again = [await register(province, court.told("60")) for _ in range(2)]

    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert made.json() == again.json()
    [shown] = (await province.read(BODIES))["items"]
    assert shown["fingerprint"] == made.json()["fingerprint"] == sha256(court.public).hexdigest()
    assert (shown["unit"], shown["name"], shown["registered_by"]) == ("60", NAME, "harbour-office-7")
    assert shown["public_key"] == b64encode(court.public).decode()
    assert datetime.fromisoformat(shown["registered_at"]) == clock.now()
    assert (shown["revoked_at"], shown["revoked_by"]) == (None, None)


@pytest.mark.parametrize("number", [*SMALL_ORDER, PRIME, PRIME + 1, PRIME + 9, 2**255 + 9, 2**256 - 1])
async def test_what_keeps_nothing_secret_or_is_written_twice_is_no_key(province: Desk, number: int) -> None:
    body = Court().told("60") | {"public_key": b64encode(number.to_bytes(32, "little")).decode()}

    assert refusal(await register(province, body)) == (422, "body_key_invalid")
    assert await listed(province) == set()


@pytest.mark.parametrize("key", ["", "khóa", "A" * 44, b64encode(bytes(31)).decode(), b64encode(bytes(33)).decode()])
async def test_what_is_not_32_bytes_is_refused_by_its_form(province: Desk, key: str) -> None:
    assert refusal(await register(province, Court().told("60") | {"public_key": key})) == (422, "input_invalid")


async def test_those_below_the_unit_that_vouches_for_it_see_it_and_no_others(
    province: Desk, police: Desk, desk: Callable[[str], Desk]
) -> None:
    own, below, above = [await Court().registered(desk("VN"), unit=unit) for unit in ("60", "593", "VN")]

    assert await listed(province) == {own, below, above}
    assert await listed(police) == {own, above}
    assert await listed(desk("38")) == {above}


async def test_only_who_may_and_acts_for_the_unit_registers_and_revokes(
    province: Desk, police: Desk, desk: Callable[[str], Desk]
) -> None:
    others = [scope for scope in SCOPES if scope != "tips:bodies"]
    headers = province.tokens.bearer(*others, unit="60") | {"Idempotency-Key": "body"}
    body_id = await Court().registered(province)

    assert refusal(await province.client.post(BODIES, json=Court().told("60"), headers=headers)) == (
        403,
        "scope_missing",
    )
    assert refusal(await register(police, Court().told("60"))) == (403, "unit_outside")
    assert refusal(await register(province, Court().told("99"))) == (422, "unit_unknown")
    assert refusal(await revoke(police, body_id)) == (403, "unit_outside")
    assert refusal(await revoke(desk("38"), body_id)) == (403, "unit_outside")


async def test_a_key_is_revoked_once_and_stays_listed(province: Desk, clock: SetClock) -> None:
    body_id = await Court().registered(province)
    before = (await province.read(BODIES, after=0))["through"]

    outdated = await revoke(province, body_id, '"7"')
    revoked = await revoke(province, body_id)
    again = await revoke(province, body_id, '"2"')

    assert refusal(outdated) == (412, "version_outdated")
    assert (revoked.status_code, revoked.headers["etag"]) == (200, '"2"')
    assert datetime.fromisoformat(revoked.json()["revoked_at"]) == clock.now()
    assert revoked.json()["revoked_by"] == "harbour-office-7"
    assert refusal(again) == (409, "body_revoked")
    assert refusal(await revoke(province, "01890a5d-ac96-774b-bcce-b302099a8057")) == (404, "body_unknown")
    assert (await province.read(BODIES))["items"] == [revoked.json()]
    assert (await province.read(BODIES, after=before))["items"] == [revoked.json()]


async def test_a_revoked_key_is_not_registered_again_by_the_unit_or_those_below_it(
    province: Desk, desk: Callable[[str], Desk]
) -> None:
    court, other = Court(), Court()
    await revoke(province, await court.registered(province))
    await revoke(desk("VN"), await other.registered(desk("VN")))

    again = await register(province, court.told("60"))
    below = await register(province, court.told("593"), "below")

    assert refusal(again) == refusal(below) == (409, "body_revoked")
    assert NAME in again.json()["detail"]
    assert refusal(await register(province, other.told("60"), "other")) == (409, "body_revoked")


async def test_nobody_revokes_a_key_for_units_above_or_beside_it(province: Desk, desk: Callable[[str], Desk]) -> None:
    court = Court()
    await revoke(province, await court.registered(province))

    above, beside = [await court.registered(desk(unit)) for unit in ("VN", "38")]

    assert {above, beside} <= await listed(desk("VN"))


async def test_a_revocation_binds_the_unit_that_took_over(
    desk: Callable[[str], Desk], province: Desk, clock: SetClock
) -> None:
    court = Court()
    await revoke(province, await court.registered(province))
    clock.set(datetime(2025, 7, 1, 2, tzinfo=UTC))

    assert refusal(await register(desk("68"), court.told("68"))) == (409, "body_revoked")


async def test_pages_miss_and_repeat_nothing(province: Desk) -> None:
    made = sorted([await Court().registered(province) for _ in range(5)])

    found: list[str] = []
    page = await province.read(BODIES, limit=2)
    while True:
        found += [one["body_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        page = await province.read(BODIES, limit=2, cursor=page["next_cursor"])

    assert found == made
