"""Reports on each database: its parts, its application, and plans that tells it of units and plans."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from contracts.events import plans as plans_events
from contracts.events import referrals, tips
from kernel.clock import SetClock
from runtime.bus.embedded import EmbeddedBus
from runtime.database import Database, Settings
from runtime.watch import Watch
from services.reports.config import ReportsConfig
from services.reports.main import create
from services.reports.wiring import MIGRATIONS, NAME, Reports, wire
from tests.reports.builders import COUNTRY
from tests.reports.office import Office, PlansOffice
from tests.rig import MORNING, Blueprint, Tokens, a_client, a_database, postgres_blueprint, sqlite_blueprint


@pytest.fixture(scope="session")
def sqlite_reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blueprint]:
    with sqlite_blueprint(tmp_path_factory.mktemp("reports"), NAME, MIGRATIONS) as blueprint:
        yield blueprint


@pytest.fixture(scope="session")
def postgres_reports(request: pytest.FixtureRequest) -> Iterator[Blueprint]:
    with postgres_blueprint(request.getfixturevalue("postgres"), NAME, MIGRATIONS) as blueprint:
        yield blueprint


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of reports with its tables, and nothing in them."""
    name = {"sqlite": "sqlite_reports", "postgresql": "postgres_reports"}[request.param]
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
async def outbox(sqlite_reports: Blueprint, clock: SetClock, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of plans, tips and referrals, as far as the bus reads it: every service's database has an outbox."""
    folder = tmp_path / "plans"
    folder.mkdir()
    async with sqlite_reports.fresh(folder) as url, a_database(url, service="plans", clock=clock) as database:
        yield database


def a_service(url: str, clock: SetClock, outbox: Database) -> Reports:
    """Wire the service over a database, behind the outbox of all who tell it something."""
    config = ReportsConfig(
        database_url=url,
        database_durable=False,
        digest_secret=SecretStr("harbour"),
        webhooks_to_private_addresses=True,
    )
    bus = EmbeddedBus(dict.fromkeys((plans_events.TOPIC, tips.TOPIC, referrals.TOPIC), outbox))
    return wire(config, clock=clock, verifier=Tokens(clock).verifier(), bus=bus)


@pytest.fixture
def service(database_url: str, clock: SetClock, outbox: Database) -> Reports:
    return a_service(database_url, clock, outbox)


@cache
def application() -> FastAPI:
    """Return the application, around no service yet. Made once: describing its routes takes longer than most tests."""
    clock = SetClock(MORNING)
    url = "sqlite+aiosqlite:///never-opened.db"
    return create(a_service(url, clock, Database(Settings(url=url), service="plans", clock=clock)))


@pytest.fixture
def watch(service: Reports) -> Watch[Any]:
    """The service's watch on alarms, which catches up only when told to: what it raises would change revisions."""
    (watch,) = service.watches
    service.watches = ()
    return watch


@pytest_asyncio.fixture
async def client(service: Reports, watch: Watch[Any]) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - nobody watches
    """A caller of the running service, which knows nothing yet."""
    app = application()
    app.state.service = service
    async with a_client(app) as client:
        yield client


@pytest_asyncio.fixture
async def plans(client: httpx.AsyncClient, outbox: Database, service: Reports, clock: SetClock) -> PlansOffice:  # noqa: ARG001 - the running service consumes
    """Plans, which has told the running service of its units."""
    office = PlansOffice(outbox, service, clock)
    await office.tell(COUNTRY.first_units())
    return office


@pytest.fixture
def office(client: httpx.AsyncClient, tokens: Tokens) -> Callable[[str], Office]:
    """The office of a unit, with every scope of reports."""
    return lambda unit: Office(client, tokens, unit)


@pytest.fixture
def province(office: Callable[[str], Office]) -> Office:
    """The province's office, which sees everything that is owed in the province."""
    return office("60")


@pytest.fixture
def district(office: Callable[[str], Office]) -> Office:
    """The office of Phan Thiết, which owes reports."""
    return office("593")


@pytest.fixture
def health(office: Callable[[str], Office]) -> Office:
    """The department of health, which receives them."""
    return office("60.SYT")
