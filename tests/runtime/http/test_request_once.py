"""A request that creates takes effect once, however often and wherever it is sent."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest

from kernel.clock import SetClock
from runtime.service import Service
from tests.rig import Tokens, a_client, published
from tests.runtime.http.conftest import a_lamp, know_units, light
from tests.runtime.lighthouse.lamps import lit
from tests.runtime.lighthouse.service import a_service, an_app

pytestmark = pytest.mark.asyncio

Caller = dict[str, str]
TWINS = 8


async def test_a_create_without_a_key_is_refused(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    answer = await client.post("/v1/lamps", json=a_lamp(), headers=kim_tan)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("key", ["", " ", "có dấu".encode(), "x" * 201, "two words"])
async def test_a_malformed_key_is_refused(client: httpx.AsyncClient, kim_tan: Caller, key: str | bytes) -> None:
    headers = [*kim_tan.items(), ("Idempotency-Key", key)]

    answer = await client.post("/v1/lamps", json=a_lamp(), headers=headers)  # type: ignore[arg-type]

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")


async def test_the_same_request_again_gets_the_same_answer_and_does_nothing(
    client: httpx.AsyncClient, kim_tan: Caller, service: Service
) -> None:
    first = await light(client, kim_tan, "Kê Gà", key="sương-mù".encode().hex())

    second = await light(client, kim_tan, "Kê Gà", key="sương-mù".encode().hex())

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(await published(service.database)) == 1


async def test_the_same_key_with_another_body_is_refused(
    client: httpx.AsyncClient, kim_tan: Caller, service: Service
) -> None:
    await light(client, kim_tan, "Kê Gà", key="key-1")

    answer = await light(client, kim_tan, "Mũi Dinh", key="key-1")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert [place for _, place in await lit(service.database)] == ["Kê Gà"]


async def test_the_same_key_on_another_route_is_refused(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    await light(client, kim_tan, "Kê Gà", key="key-1")

    answer = await client.post("/v1/lamps/bulk", json=a_lamp(), headers={**kim_tan, "Idempotency-Key": "key-1"})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_keys_of_different_callers_are_different_keys(
    client: httpx.AsyncClient, kim_tan: Caller, tokens: Tokens
) -> None:
    other = tokens.bearer("lighthouse:light", unit="38", client="đèn-thanh-hóa")

    answers = [await light(client, kim_tan, "Kê Gà", key="k"), await light(client, other, "Mũi Dinh", key="k")]

    assert [answer.status_code for answer in answers] == [201, 201]


async def test_a_refused_request_leaves_its_key_free(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    headers = {**kim_tan, "Idempotency-Key": "key-1"}
    refused = await client.post("/v1/lamps", json=a_lamp(unit="40"), headers=headers)

    answer = await light(client, kim_tan, "Kê Gà", key="key-1")

    assert (refused.status_code, answer.status_code) == (403, 201)


async def test_twins_have_one_effect_and_equal_answers(
    client: httpx.AsyncClient, kim_tan: Caller, service: Service
) -> None:
    answers = await asyncio.gather(*(light(client, kim_tan, "Kê Gà") for _ in range(TWINS)))

    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert len(await published(service.database)) == 1


async def test_twins_at_two_replicas_have_one_effect_and_equal_answers(
    postgres_url: str, clock: SetClock, tokens: Tokens, kim_tan: Caller
) -> None:
    async with AsyncExitStack() as running:
        replicas = [a_service(postgres_url, clock=clock, verifier=tokens.verifier()) for _ in range(2)]
        clients = [await running.enter_async_context(a_client(an_app(replica))) for replica in replicas]
        await know_units(replicas[0].database)

        answers = await asyncio.gather(*(light(clients[twin % 2], kim_tan, "Kê Gà") for twin in range(TWINS)))

        assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
        assert len(await published(replicas[0].database)) == 1
