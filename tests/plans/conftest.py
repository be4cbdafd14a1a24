"""Plans on each database: its parts, its application, and units to issue plans for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from kernel.clock import SetClock
from runtime.bus.embedded import EmbeddedBus
from services.plans.config import PlansConfig
from services.plans.main import create
from services.plans.wiring import MIGRATIONS, NAME, Plans, wire
from tests.plans.builders import FIRST_UNITS
from tests.rig import MORNING, Blueprint, Tokens, a_client, postgres_blueprint, sqlite_blueprint


@pytest.fixture(scope="session")
def sqlite_plans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blueprint]:
    with sqlite_blueprint(tmp_path_factory.mktemp("plans"), NAME, MIGRATIONS) as blueprint:
        yield blueprint


@pytest.fixture(scope="session")
def postgres_plans(request: pytest.FixtureRequest) -> Iterator[Blueprint]:
    with postgres_blueprint(request.getfixturevalue("postgres"), NAME, MIGRATIONS) as blueprint:
        yield blueprint


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of plans with its tables, and nothing in them."""
    name = {"sqlite": "sqlite_plans", "postgresql": "postgres_plans"}[request.param]
    blueprint: Blueprint = request.getfixturevalue(name)
    async with blueprint.fresh(tmp_path) as url:
        yield url


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
def tokens(clock: SetClock) -> Tokens:
    return Tokens(clock)


def a_service(url: str, clock: SetClock) -> Plans:
    """Wire the service over a database."""
    config = PlansConfig(database_url=url, database_durable=False, digest_secret=SecretStr("harbour"))
    return wire(config, clock=clock, verifier=Tokens(clock).verifier(), bus=EmbeddedBus({}))


@pytest.fixture
def service(database_url: str, clock: SetClock) -> Plans:
    return a_service(database_url, clock)


@cache
def application() -> FastAPI:
    """Return the application, around no service yet. Made once: describing its routes takes longer than most tests."""
    return create(a_service("sqlite+aiosqlite:///never-opened.db", SetClock(MORNING)))


@pytest_asyncio.fixture
async def client(service: Plans) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of the running service, whose tree is empty."""
    app = application()
    app.state.service = service
    async with a_client(app) as client:
        yield client


@pytest_asyncio.fixture
async def settled(client: httpx.AsyncClient, tokens: Tokens) -> httpx.AsyncClient:
    """A caller of the running service, which knows Bình Thuận's units."""
    headers = tokens.bearer("plans:units", unit="VN") | {"Idempotency-Key": "first-units"}
    answer = await client.post("/v1/unit-decisions", json=FIRST_UNITS, headers=headers)
    assert answer.status_code == 201, answer.text
    return client
