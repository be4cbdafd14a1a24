"""A running lighthouse, and its callers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from kernel.clock import SetClock
from runtime.database import Database
from runtime.reference.apply import write_units
from runtime.service import Service
from tests.rig import Tokens, a_client
from tests.runtime import units
from tests.runtime.lighthouse.service import a_service, an_app

on_sqlite_only = pytest.mark.parametrize("urls", ["sqlite"], indirect=True)
"""For what is refused or said before any statement that the databases could understand differently."""


@pytest_asyncio.fixture
async def service(url: str, clock: SetClock, tokens: Tokens) -> AsyncIterator[Service]:
    yield a_service(url, clock=clock, verifier=tokens.verifier())


@pytest_asyncio.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Talks to a lighthouse that knows the units."""
    async with a_client(an_app(service)) as client:
        await know_units(service.database)
        yield client


async def know_units(database: Database) -> None:
    await database.write(lambda tx: write_units(tx, decision="19/2025/QĐ-TTg", units=units.ALL, successions=()))


@pytest.fixture
def kim_tan(tokens: Tokens) -> dict[str, str]:
    """The caller who acts for a commune in Thanh Hóa."""
    return tokens.bearer("lighthouse:light", "lighthouse:read", unit="15187", client="đèn-kim-tân")


@pytest.fixture
def nghe_an(tokens: Tokens) -> dict[str, str]:
    """The caller who acts for another province."""
    return tokens.bearer("lighthouse:light", "lighthouse:read", unit="40", client="đèn-nghệ-an")


def a_lamp(place: str = "Kê Gà", *, unit: str = "15187", brightness: int = 7) -> dict[str, object]:
    return {"place": place, "unit": unit, "brightness": brightness}


async def light(
    client: httpx.AsyncClient, caller: dict[str, str], place: str, *, key: str | None = None
) -> httpx.Response:
    """Light a lamp for Kim Tân."""
    headers = {**caller, "Idempotency-Key": key or f"key-{place.encode().hex()}"}
    return await client.post("/v1/lamps", json=a_lamp(place), headers=headers)
