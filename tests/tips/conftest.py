"""Tips on each database: its parts, its application, a hotline, and units that it knows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from contracts.events.plans import TOPIC
from kernel.clock import SetClock
from runtime.bus.embedded import EmbeddedBus
from runtime.database import Database, Settings
from services.tips.config import TipsConfig
from services.tips.main import create
from services.tips.wiring import MIGRATIONS, NAME, Tips, wire
from tests.plans_told import Teller
from tests.reports.builders import COUNTRY
from tests.rig import MORNING, Blueprint, Tokens, a_client, a_database, postgres_blueprint, sqlite_blueprint
from tests.tips.desk import Desk, Hotline


@pytest.fixture(scope="session")
def sqlite_tips(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blueprint]:
    with sqlite_blueprint(tmp_path_factory.mktemp("tips"), NAME, MIGRATIONS) as blueprint:
        yield blueprint


@pytest.fixture(scope="session")
def postgres_tips(request: pytest.FixtureRequest) -> Iterator[Blueprint]:
    with postgres_blueprint(request.getfixturevalue("postgres"), NAME, MIGRATIONS) as blueprint:
        yield blueprint


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of tips with its tables, and nothing in them."""
    name = {"sqlite": "sqlite_tips", "postgresql": "postgres_tips"}[request.param]
    blueprint: Blueprint = request.getfixturevalue(name)
    async with blueprint.fresh(tmp_path) as url:
        yield url


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
def tokens(clock: SetClock) -> Tokens:
    return Tokens(clock)


@pytest_asyncio.fixture
async def outbox(sqlite_tips: Blueprint, clock: SetClock, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of plans, as far as the bus reads it: every service's database has an outbox."""
    folder = tmp_path / "plans"
    folder.mkdir()
    async with sqlite_tips.fresh(folder) as url, a_database(url, service="plans", clock=clock) as database:
        yield database


def a_service(url: str, clock: SetClock, outbox: Database, data: Path, *, retention_days: int | None = None) -> Tips:
    """Wire the service over a database, behind plans' outbox, with keys of its own in a folder."""
    config = TipsConfig(
        database_url=url,
        database_durable=False,
        digest_secret=SecretStr("harbour"),
        data=data,
        webhooks_to_private_addresses=True,
        tips_retention_days=retention_days,
    )
    return wire(config, clock=clock, verifier=Tokens(clock).verifier(), bus=EmbeddedBus({TOPIC: outbox}))


@pytest.fixture
def service(database_url: str, clock: SetClock, outbox: Database, tmp_path: Path) -> Tips:
    return a_service(database_url, clock, outbox, tmp_path)


@pytest.fixture
def nobody_watches(service: Tips) -> None:
    """The watch on deadlines does not run."""
    service.watches = ()


@cache
def application(data: Path) -> FastAPI:
    """Return the application, around no service yet. Made once: describing its routes takes longer than most tests."""
    clock = SetClock(MORNING)
    url = "sqlite+aiosqlite:///never-opened.db"
    nowhere = Database(Settings(url=url), service="plans", clock=clock)
    return create(a_service(url, clock, nowhere, data))


@pytest_asyncio.fixture
async def unknowing(service: Tips, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of the running service, which knows no unit yet."""
    app = application(tmp_path_factory.getbasetemp())
    app.state.service = service
    async with a_client(app) as client:
        yield client


@pytest_asyncio.fixture
async def client(unknowing: httpx.AsyncClient, outbox: Database, service: Tips) -> httpx.AsyncClient:
    """A caller of the running service, which plans has told of its units."""
    await Teller(outbox, service).tell(COUNTRY.first_units())
    return unknowing


@pytest.fixture
def desk(client: httpx.AsyncClient, tokens: Tokens) -> Callable[[str], Desk]:
    """The desk of a unit, with every scope of tips."""
    return lambda unit: Desk(client, tokens, unit)


@pytest.fixture
def province(desk: Callable[[str], Desk]) -> Desk:
    """The province's desk, for itself and all below it."""
    return desk("60")


@pytest.fixture
def police(desk: Callable[[str], Desk]) -> Desk:
    """The desk of the province's police."""
    return desk("60.CA")


@pytest.fixture
def hotline(client: httpx.AsyncClient, clock: SetClock, tmp_path: Path) -> Hotline:
    """The development sender, which sends for the whole country unless it names a unit."""
    return Hotline.with_secret_in(tmp_path, client, clock)
