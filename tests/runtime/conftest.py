"""Databases of the lighthouse, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from kernel.clock import SetClock
from runtime.database import Database
from runtime.database.revision import revision
from runtime.schema import TABLES
from tests.rig import MORNING, SqliteBlueprint, Tokens, a_database, postgres_blueprint, sqlite_blueprint
from tests.runtime.lighthouse.lamps import MIGRATIONS, lamp
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
def postgres_lighthouses(postgres: PostgresServer) -> Iterator[dict[str, str]]:
    """The URLs of two migrated databases, used by one test after another: a new one each would take a second."""
    with ExitStack() as kept:
        names = (SERVICE, OTHER)
        yield {name: kept.enter_context(postgres_blueprint(postgres, name, MIGRATIONS)).url for name in names}


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def urls(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """The URLs of both services' databases, with all tables and no rows."""
    if request.param == "postgresql":
        urls: dict[str, str] = request.getfixturevalue("postgres_lighthouses")
        for url in urls.values():
            await _sweep(url)
        yield urls
        return
    blueprint: SqliteBlueprint = request.getfixturevalue("sqlite_lighthouse")
    async with AsyncExitStack() as copies:
        folders = {name: tmp_path / name for name in (SERVICE, OTHER)}
        for folder in folders.values():
            folder.mkdir()
        yield {name: await copies.enter_async_context(blueprint.copied(folders[name])) for name in folders}


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
async def postgres_url(postgres_lighthouses: dict[str, str]) -> str:
    """As `url`, where only a server can show what is to be shown."""
    url = postgres_lighthouses[SERVICE]
    await _sweep(url)
    return url


_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_BEGIN_ANEW = "UPDATE revision SET number = 0, recorded_at = 0, epoch = gen_random_uuid()"


async def _sweep(url: str) -> None:
    """End the connections that earlier tests left, and remove their rows."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(_END_OTHERS)
        # In one statement, so in one transaction: each commit waits for the disk.
        emptied = [str(table.delete()) for table in {*TABLES, lamp} - {revision}]
        await connection.execute(";".join([*emptied, _BEGIN_ANEW]))
    finally:
        await connection.close()
