"""Referrals on each database: its parts, its application, and plans that tells it of units."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import asyncpg
import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from contracts.events.plans import TOPIC
from kernel.clock import SetClock
from runtime.bus.embedded import EmbeddedBus
from runtime.database import Database, Settings
from runtime.database.revision import revision
from runtime.schema import TABLES as RUNTIME_TABLES
from services.referrals.config import ReferralsConfig
from services.referrals.main import create
from services.referrals.store.schema import metadata
from services.referrals.wiring import MIGRATIONS, NAME, Referrals, wire
from tests.referrals.builders import first_units
from tests.referrals.office import Office, PlansOffice
from tests.rig import MORNING, Blueprint, Tokens, a_client, a_database, postgres_blueprint, sqlite_blueprint


@pytest.fixture(scope="session")
def sqlite_referrals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blueprint]:
    with sqlite_blueprint(tmp_path_factory.mktemp("referrals"), NAME, MIGRATIONS) as blueprint:
        yield blueprint


@pytest.fixture(scope="session")
def postgres_referrals(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated database, used by one test after another: a new one each would take a second."""
    with postgres_blueprint(request.getfixturevalue("postgres"), NAME, MIGRATIONS) as blueprint:
        yield blueprint.url


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of referrals with its tables, and nothing in them."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_referrals")
        await _sweep(url)
        yield url
        return
    blueprint: Blueprint = request.getfixturevalue("sqlite_referrals")
    async with blueprint.copied(tmp_path) as url:
        yield url


async def _sweep(url: str) -> None:
    """Remove the rows of earlier tests."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for table in {*RUNTIME_TABLES, *metadata.sorted_tables} - {revision}:
            await connection.execute(str(table.delete()))
        await connection.execute("UPDATE revision SET number = 0, recorded_at = 0, epoch = gen_random_uuid()")
    finally:
        await connection.close()


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
    async with sqlite_referrals.copied(folder) as url, a_database(url, service="plans", clock=clock) as database:
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
async def plans(client: httpx.AsyncClient, outbox: Database, service: Referrals) -> PlansOffice:  # noqa: ARG001 - the running service consumes
    """Plans, which has told the running service of its units."""
    office = PlansOffice(outbox, service)
    await office.tell(first_units())
    return office


@pytest.fixture
def office(client: httpx.AsyncClient, tokens: Tokens, plans: PlansOffice) -> Callable[[str], Office]:  # noqa: ARG001 - units are known
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
