"""Referrals on each database: its parts, its application, and plans that tells it of units."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from contracts.events.plans import TOPIC
from kernel.clock import SetClock
from runtime.bus.embedded import EmbeddedBus
from runtime.database import Database, Settings
from services.referrals.config import ReferralsConfig
from services.referrals.main import create
from services.referrals.wiring import MIGRATIONS, NAME, Referrals, wire
from tests.plans_told import Teller
from tests.referrals.builders import COUNTRY
from tests.referrals.office import Office
from tests.rig import MORNING, Blueprint, Tokens, a_client, a_database, postgres_blueprint, sqlite_blueprint


@pytest.fixture(scope="session")
def sqlite_referrals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blueprint]:
    with sqlite_blueprint(tmp_path_factory.mktemp("referrals"), NAME, MIGRATIONS) as blueprint:
        yield blueprint


@pytest.fixture(scope="session")
def postgres_referrals(request: pytest.FixtureRequest) -> Iterator[Blueprint]:
    with postgres_blueprint(request.getfixturevalue("postgres"), NAME, MIGRATIONS) as blueprint:
        yield blueprint


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of referrals with its tables, and nothing in them."""
    name = {"sqlite": "sqlite_referrals", "postgresql": "postgres_referrals"}[request.param]
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
async def outbox(sqlite_referrals: Blueprint, clock: SetClock, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of plans, as far as the bus reads it: every service's database has an outbox."""
    folder = tmp_path / "plans"
    folder.mkdir()
    async with sqlite_referrals.fresh(folder) as url, a_database(url, service="plans", clock=clock) as database:
        yield database


def a_wired_service(url: str, clock: SetClock, outbox: Database, data: Path) -> Referrals:
    """Wire the service over a database, behind plans' outbox, with keys of its own in a folder."""
    config = ReferralsConfig(database_url=url, database_durable=False, digest_secret=SecretStr("harbour"), data=data)
    return wire(config, clock=clock, verifier=Tokens(clock).verifier(), bus=EmbeddedBus({TOPIC: outbox}))


@pytest.fixture
def service(database_url: str, clock: SetClock, outbox: Database, tmp_path: Path) -> Referrals:
    return a_wired_service(database_url, clock, outbox, tmp_path)


@cache
def application() -> FastAPI:
    """Return the application, around no service yet. Made once: describing its routes takes longer than most tests."""
    clock = SetClock(MORNING)
    url = "sqlite+aiosqlite:///never-opened.db"
    nowhere = Database(Settings(url=url), service="plans", clock=clock)
    return create(a_wired_service(url, clock, nowhere, Path(mkdtemp())))


@pytest_asyncio.fixture
async def client(service: Referrals) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of the running service, which knows nothing yet."""
    app = application()
    app.state.service = service
    async with a_client(app) as client:
        yield client


@pytest_asyncio.fixture
async def plans(client: httpx.AsyncClient, outbox: Database, service: Referrals) -> Teller:  # noqa: ARG001 - the running service consumes
    """Plans, which has told the running service of its units."""
    office = Teller(outbox, service)
    await office.tell(COUNTRY.first_units())
    return office


@pytest.fixture
def office(client: httpx.AsyncClient, tokens: Tokens, plans: Teller) -> Callable[[str], Office]:  # noqa: ARG001 - units are known
    """The office of a unit, with every scope of referrals."""
    return lambda unit: Office(client, tokens, unit)


@pytest.fixture
def commune(office: Callable[[str], Office]) -> Office:
    """Kim Tân's office, which stands above holders and providers."""
    return office("15187")


@pytest.fixture
def union(office: Callable[[str], Office]) -> Office:
    """Kim Tân's women's union, which keeps cases."""
    return office("15187.HPN")


@pytest.fixture
def station(office: Callable[[str], Office]) -> Office:
    """Kim Tân's health station, which gives services."""
    return office("15187.YT")


@pytest.fixture
def neighbour(office: Callable[[str], Office]) -> Office:
    """The office of another commune."""
    return office("15190")
