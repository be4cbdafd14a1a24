"""Everybody's form behind the gateway: whoever floods it from an address keeps out no tip of others there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from gateway.app import create_gateway
from gateway.settings import GatewaySettings
from gateway.work import find_nonce, minute_of
from kernel.clock import SetClock
from services.tips.wiring import Tips
from tests.rig import Tokens, published
from tests.tips.conftest import application
from tests.tips.desk import CONTENT

BITS = 8
ALLOWED = 3
"""So many forms a minute of one address need no work."""


@pytest_asyncio.fixture
async def village(
    client: httpx.AsyncClient,  # noqa: ARG001 - runs the service
    clock: SetClock,
    tokens: Tokens,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[httpx.AsyncClient]:
    """All who send from one address, through the gateway before the running service."""
    app = application(tmp_path_factory.getbasetemp())
    settings = GatewaySettings(anonymous_rate=f"{ALLOWED}/minute", work_bits=BITS)
    gateway = create_gateway(
        {"tips": app}, {"tips": app.openapi()}, verifier=tokens.verifier(), settings=settings, clock=clock
    )
    transport = httpx.ASGITransport(gateway)
    async with httpx.AsyncClient(transport=transport, base_url="http://door.example") as anybody:
        yield anybody


async def form(village: httpx.AsyncClient, key: str, **headers: str) -> httpx.Response:
    return await village.post(
        "/v1/tips/form", json={"content": CONTENT}, headers={"Idempotency-Key": key, **headers}
    )  # fmt: skip


@pytest.mark.asyncio
async def test_a_tip_with_work_gets_its_receipt_in_a_flood_and_one_proof_makes_one_tip(
    village: httpx.AsyncClient, clock: SetClock, service: Tips
) -> None:
    minute = minute_of(clock.now())
    keys = [str(uuid4()) for _ in range(5)]
    work = {key: f"{minute}:{find_nonce(minute, key, bits=BITS)}" for key in keys}

    flood = [(await form(village, str(uuid4()))).status_code for _ in range(20)]
    first = [await form(village, key, Work=work[key]) for key in keys]
    again = [await form(village, key, Work=work[key]) for key in keys]

    assert flood == [201] * ALLOWED + [429] * (20 - ALLOWED)
    assert {answer.status_code for answer in first} == {201}
    assert [answer.json() for answer in again] == [answer.json() for answer in first]
    assert len(await published(service.database)) == ALLOWED + len(keys)
