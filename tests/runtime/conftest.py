"""Databases of the lighthouse, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from kernel.clock import SetClock
from runtime.database import Database
from tests.rig import MORNING, Blueprint, SqliteBlueprint, Tokens, a_database, postgres_blueprint, sqlite_blueprint
from tests.runtime.lighthouse.lamps import MIGRATIONS
from tests.servers.postgres import PostgresServer

SERVICE = "lighthouse"
OTHER = "pilot"
"""A second service, where one listens to the other."""


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
def tokens(clock: SetClock) -> Tokens:
    return Tokens(clock)


@pytest.fixture(scope="session")
def sqlite_lighthouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteBlueprint]:
    with sqlite_blueprint(tmp_path_factory.mktemp("lighthouse"), SERVICE, MIGRATIONS) as blueprint:
        yield blueprint


@pytest.fixture(scope="session")
def postgres_lighthouses(postgres: PostgresServer) -> Iterator[dict[str, Blueprint]]:
    with ExitStack() as kept:
        names = (SERVICE, OTHER)
        yield {name: kept.enter_context(postgres_blueprint(postgres, name, MIGRATIONS)) for name in names}


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def urls(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """The URLs of both services' databases, with all tables and no rows."""
    blueprints: dict[str, Blueprint]
    if request.param == "postgresql":
        blueprints = request.getfixturevalue("postgres_lighthouses")
    else:
        blueprints = dict.fromkeys((SERVICE, OTHER), request.getfixturevalue("sqlite_lighthouse"))
    async with AsyncExitStack() as stack:
        urls = {}
        for name, blueprint in blueprints.items():
            (tmp_path / name).mkdir()
            urls[name] = await stack.enter_async_context(blueprint.fresh(tmp_path / name))
        yield urls


@pytest.fixture
def url(urls: dict[str, str]) -> str:
    return urls[SERVICE]


@pytest_asyncio.fixture
async def database(url: str, clock: SetClock) -> AsyncIterator[Database]:
    async with a_database(url, service=SERVICE, clock=clock) as database:
        yield database


@pytest_asyncio.fixture
async def listener(urls: dict[str, str], clock: SetClock) -> AsyncIterator[Database]:
    """The database of the service that listens to the lighthouse."""
    async with a_database(urls[OTHER], service=OTHER, clock=clock) as database:
        yield database


@pytest_asyncio.fixture
async def postgres_url(postgres_lighthouses: dict[str, Blueprint], tmp_path: Path) -> AsyncIterator[str]:
    """As `url`, where only a server can show what is to be shown."""
    async with postgres_lighthouses[SERVICE].fresh(tmp_path) as url:
        yield url
