"""Start a PostgreSQL for the tests, and make fresh databases in it."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from lanhmanh.cluster.ports import free_port
from lanhmanh.cluster.postgres import ADMIN, PostgresHome, find_binaries, unprivileged_user, within_reach
from lanhmanh.cluster.unavailable import ServerNotStarted
from tests.servers.lease import Lease, Server, await_answer


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL in which tests may create and drop databases."""

    url: str
    """`postgresql://user:password@host:port`, without a database."""

    @asynccontextmanager
    async def database(self, *, template: str = "template0") -> AsyncIterator[str]:
        """Give a fresh database by its URL as SQLAlchemy wants it, and drop it afterwards, whoever is still connected.

        `template` may be the URL of another database to copy, to which nobody is connected: a copy takes
        milliseconds, where migrations take seconds.
        """
        name = f"lanhmanh_{uuid4().hex}"
        await self._administer(f'CREATE DATABASE {name} TEMPLATE "{template.rpartition("/")[2]}"')
        try:
            yield f"{self.url}/{name}".replace("postgresql://", "postgresql+asyncpg://", 1)
        finally:
            await self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    async def version(self) -> str:
        """Ask the server for its version, such as `15.18`."""
        connection = await asyncpg.connect(f"{self.url}/postgres")
        try:
            return str(await connection.fetchval("SHOW server_version")).split()[0]
        finally:
            await connection.close()

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(f"{self.url}/postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def start_postgres(folder: Path, lease: Lease) -> Server:
    """Start a PostgreSQL with its data in `folder`; or take the one that LANHMANH_TEST_POSTGRES points to.

    Raises:
        ServerUnavailable: There are no binaries, or they do not run.
    """
    if existing := os.environ.get("LANHMANH_TEST_POSTGRES"):
        return _described(urlsplit(existing)._replace(scheme="postgresql", path="").geturl())
    user, binaries = unprivileged_user(), find_binaries()
    home = PostgresHome(folder, within_reach(binaries, folder) if user else binaries, user)
    password = secrets.token_urlsafe(16)
    home.init(password=password)
    port = free_port()
    # SIGQUIT stops without a checkpoint: nobody needs this data again.
    guard = lease.guard(folder, home.command(port=port), stop="SIGQUIT", user=home.user)
    await_answer(guard, folder, lambda: home.is_ready(port))
    return _described(f"postgresql://{ADMIN}:{password}@127.0.0.1:{port}")


def _described(url: str) -> Server:
    # In a thread: the fixture that asks may be set up while a test's event loop exists in this one.
    with ThreadPoolExecutor(1) as thread:
        try:
            version = thread.submit(asyncio.run, PostgresServer(url).version()).result()
        except (OSError, asyncpg.PostgresError) as why:
            raise ServerNotStarted(server=f"PostgreSQL at {url.rpartition('@')[2]}", log=why) from why
    return Server(version=f"PostgreSQL {version}", address=url)
