"""Reports on each database: its parts, its application, and plans that tells it of units and plans."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
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
from contracts.model import Event
from kernel.clock import SetClock
from runtime.bus.embedded import EmbeddedBus
from runtime.database import Database, Settings
from runtime.watch import Watch
from services.reports.config import ReportsConfig
from services.reports.main import create
from services.reports.wiring import MIGRATIONS, NAME, Reports, wire
from tests.beginnings import in_effect, told
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


@pytest.fixture
def told_before() -> Sequence[Event]:
    """What plans told in the morning, and what took effect, before the test begins. Suites may begin otherwise."""
    return (COUNTRY.first_units(),)


@pytest_asyncio.fixture
async def told_outbox(sqlite_reports: Blueprint, told_before: Sequence[Event], tmp_path: Path) -> Blueprint:
    """An outbox in which that was told."""
    return await told(sqlite_reports, told_before, tmp_path)


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, told_outbox: Blueprint, tmp_path: Path) -> AsyncIterator[str]:
    """A database of reports with its tables, in which that took effect."""
    name = {"sqlite": "sqlite_reports", "postgresql": "postgres_reports"}[request.param]
    blueprint = await informed(request.getfixturevalue(name), told_outbox, tmp_path)
    async with blueprint.fresh(tmp_path) as url:
        yield url


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
def tokens(clock: SetClock) -> Tokens:
    return Tokens(clock)


@pytest_asyncio.fixture
async def outbox(told_outbox: Blueprint, clock: SetClock, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of plans, tips and referrals, as far as the bus reads it: every service's database has an outbox."""
    folder = tmp_path / "plans"
    folder.mkdir()
    async with told_outbox.fresh(folder) as url, a_database(url, service="plans", clock=clock) as database:
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


async def informed(blueprint: Blueprint, outbox: Blueprint, folder: Path) -> Blueprint:
    """Return a database of reports in which what an outbox tells took effect in the morning."""

    def start(url: str, outbox: Database) -> tuple[FastAPI, Reports]:
        app, service = application(), a_service(url, SetClock(MORNING), outbox)
        service.watches = ()
        app.state.service = service
        return app, service

    return await in_effect(blueprint, outbox, folder, start)


@pytest.fixture
def watch(service: Reports) -> Watch[Any]:
    """The service's watch on alarms, which catches up only when told to: what it raises would change revisions."""
    (watch,) = service.watches
    service.watches = ()
    return watch


@pytest_asyncio.fixture
async def client(service: Reports, watch: Watch[Any]) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - nobody watches
    """A caller of the running service, which knows what was told before."""
    app = application()
    app.state.service = service
    async with a_client(app) as client:
        yield client


@pytest.fixture
def plans(client: httpx.AsyncClient, outbox: Database, service: Reports, clock: SetClock) -> PlansOffice:  # noqa: ARG001 - the running service consumes
    """Plans, which tells the running service more than it was told before."""
    return PlansOffice(outbox, service, clock)


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
