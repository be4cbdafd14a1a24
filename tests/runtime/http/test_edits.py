"""Edits name the version that they were made from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from tests.runtime.http.conftest import light

pytestmark = pytest.mark.asyncio

Caller = dict[str, str]


@dataclass(frozen=True)
class LitLamp:
    """A lamp at Kê Gà, in its first version."""

    client: httpx.AsyncClient
    path: str

    async def set(self, caller: Caller, brightness: int, if_match: str | None = None) -> httpx.Response:
        headers = caller if if_match is None else {**caller, "If-Match": if_match}
        return await self.client.put(f"{self.path}/brightness", json={"brightness": brightness}, headers=headers)

    async def read(self, caller: Caller) -> httpx.Response:
        return await self.client.get(self.path, headers=caller)


@pytest_asyncio.fixture
async def lamp(client: httpx.AsyncClient, kim_tan: Caller) -> LitLamp:
    made = await light(client, kim_tan, "Kê Gà")
    return LitLamp(client, f"/v1/lamps/{made.json()['lamp_id']}")


async def test_an_edit_of_the_current_version_is_made_and_gives_the_next(lamp: LitLamp, kim_tan: Caller) -> None:
    etag = (await lamp.read(kim_tan)).headers["ETag"]

    answer = await lamp.set(kim_tan, 100, etag)

    assert (answer.status_code, answer.json()["brightness"]) == (200, 100)
    assert answer.headers["ETag"] == (await lamp.read(kim_tan)).headers["ETag"] != etag


async def test_an_edit_without_a_version_is_refused(lamp: LitLamp, kim_tan: Caller) -> None:
    answer = await lamp.set(kim_tan, 100)

    assert (answer.status_code, answer.json()["code"]) == (428, "if_match_missing")


@pytest.mark.parametrize("stale", ['"7"', 'W/"1"', "1", '"6", "7"'])
async def test_an_edit_of_another_version_is_refused_and_changes_nothing(
    lamp: LitLamp, kim_tan: Caller, stale: str
) -> None:
    answer = await lamp.set(kim_tan, 100, stale)

    assert (answer.status_code, answer.json()["code"]) == (412, "version_outdated")
    assert (await lamp.read(kim_tan)).json()["brightness"] == 7


@pytest.mark.parametrize("fresh", ["*", '"7", "1"'])
async def test_an_edit_may_name_any_version_or_several(lamp: LitLamp, kim_tan: Caller, fresh: str) -> None:
    assert (await lamp.set(kim_tan, 100, fresh)).status_code == 200


async def test_of_two_edits_of_one_version_one_is_refused(lamp: LitLamp, kim_tan: Caller) -> None:
    answers = await asyncio.gather(*(lamp.set(kim_tan, brightness, '"1"') for brightness in (100, 200)))

    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_another_units_lamp_is_neither_read_nor_edited(lamp: LitLamp, nghe_an: Caller) -> None:
    answers = [await lamp.read(nghe_an), await lamp.set(nghe_an, 0, "*")]

    assert [answer.json()["code"] for answer in answers] == ["unit_outside", "unit_outside"]
