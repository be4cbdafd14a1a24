from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from kernel.clock import SetClock
from runtime.auth.issuer import open_issuer
from runtime.auth.issuer_app import create_issuer_app
from runtime.auth.keys import KeySource, keys_at
from runtime.auth.refusals import KeysUnavailable, TokenInvalid
from runtime.auth.verifier import TokenVerifier
from tests.gateway.served import served
from tests.runtime.auth.forge import ISSUER, NOON, Verification, claims, rsa_key, sign


@pytest.mark.asyncio
async def test_invented_key_ids_do_not_become_load_on_the_issuer() -> None:
    verification = Verification()

    for number in range(20):
        with pytest.raises(TokenInvalid):
            await verification.verifier.verify(sign(claims(jti=str(number)), kid=f"invented-{number}"))
    assert verification.published.fetches == 1

    verification.pass_time(seconds=10)
    with pytest.raises(TokenInvalid):
        await verification.verifier.verify(sign(claims(), kid="invented"))
    assert verification.published.fetches == 2


@pytest.mark.asyncio
async def test_requests_that_come_together_share_one_fetch() -> None:
    verification = Verification()

    await asyncio.gather(*(verification.source.current() for _ in range(16)))

    assert verification.published.fetches == 1


@pytest.mark.asyncio
async def test_last_keys_serve_while_the_issuer_is_down() -> None:
    verification = Verification()
    await verification.source.current()
    verification.published.failure = httpx.ConnectError("no route")
    verification.pass_time(hours=5)

    principal = await verification.verifier.verify(sign(claims(exp=10**10)))

    assert principal.client_id == "harbour-office-7"
    assert verification.published.fetches == 2


@pytest.mark.asyncio
async def test_without_any_key_the_caller_is_told_to_come_again() -> None:
    verification = Verification()
    verification.published.failure = httpx.ConnectError("no route")

    for _ in range(2):
        with pytest.raises(KeysUnavailable) as unavailable:
            await verification.verifier.verify(sign(claims()))
    assert unavailable.value.facts["retry_after"] == 10
    assert verification.published.fetches == 1

    verification.published.failure = None
    verification.pass_time(seconds=10)
    await verification.verifier.verify(sign(claims()))


@pytest.mark.asyncio
async def test_clock_that_steps_back_does_not_freeze_the_keys() -> None:
    verification = Verification()
    await verification.source.current()
    verification.pass_time(days=-1)

    await verification.source.current()

    assert verification.published.fetches == 2


@pytest.mark.asyncio
async def test_keys_come_from_a_url(tmp_path: Path) -> None:
    clock = SetClock(NOON)
    issuer = open_issuer(tmp_path, url=ISSUER, env="development", clock=clock)
    token = issuer.mint("harbour-office-7", scopes=["plans:read"], unit="15187")

    async with served(create_issuer_app(issuer)) as url:
        keys = KeySource(keys_at(f"{url}/jwks.json"), clock)
        principal = await TokenVerifier(ISSUER, "lanhmanh", keys, clock).verify(token)

    assert principal.unit == "15187"


@pytest.mark.asyncio
@pytest.mark.parametrize(("status", "body"), [(200, "[]"), (200, "<html>"), (200, '{"keys": []}'), (503, None)])
async def test_url_that_answers_something_else_gives_no_keys(status: int, body: str | None) -> None:
    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            good = json.dumps({"keys": [rsa_key().as_dict(private=False)]})
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": (body or good).encode()})

    async with served(answer) as url:
        with pytest.raises(KeysUnavailable):
            await KeySource(keys_at(f"{url}/jwks.json"), SetClock(NOON)).current()
