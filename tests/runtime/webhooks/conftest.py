"""A running lighthouse that subscribers can follow, and who subscribes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import pytest_asyncio

from kernel.clock import SetClock
from runtime.database import Database
from runtime.service import Service
from tests.rig import Tokens, a_client
from tests.runtime.http.conftest import know_units
from tests.runtime.lighthouse.service import an_app
from tests.runtime.webhooks.keeper import Keeper, a_watched_service
from tests.runtime.webhooks.receiver import Receiver, a_receiver, let_the_library_read


@pytest.fixture(autouse=True)
def _library(clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    let_the_library_read(clock, monkeypatch)


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as receiver:
        yield receiver


@pytest_asyncio.fixture
async def other() -> AsyncIterator[Receiver]:
    """Another subscriber's server."""
    async with a_receiver() as receiver:
        yield receiver


@pytest_asyncio.fixture
async def service(url: str, clock: SetClock, tokens: Tokens) -> AsyncIterator[Service]:
    service = a_watched_service(url, clock=clock, tokens=tokens)
    yield service
    await service.database.close()


@pytest_asyncio.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Talks to the running service, whose courier is at work."""
    async with a_client(an_app(service)) as client:
        await know_units(service.database)
        yield client


@pytest.fixture
def database(service: Service) -> Database:
    return service.database


@pytest.fixture
def keeper(client: httpx.AsyncClient, tokens: Tokens) -> Callable[[str], Keeper]:
    """Return who subscribes for a unit."""
    return lambda unit: Keeper(client, tokens, unit)


@pytest.fixture
def thanh_hoa(keeper: Callable[[str], Keeper]) -> Keeper:
    """Who subscribes for the province."""
    return keeper("38")
