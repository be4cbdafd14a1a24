"""A PostgreSQL that one test alone uses: it may be killed, and a table of it may lie on a disk that fills up."""

from __future__ import annotations

import secrets
from pathlib import Path

import asyncpg

from lanhmanh.cluster.ports import free_port
from lanhmanh.cluster.postgres import ADMIN, PostgresHome, find_binaries, unprivileged_user, within_reach
from lanhmanh.services import Name
from runtime.database.provision import ensure_own_database
from tests.servers.lease import Lease
from tests.servers.own_process import OwnProcess
from tests.servers.small_disk import SmallDisk

_SMALL_DISK_MEGABYTES = 512
_SMALL = "small"
"""The tablespace on it."""


class OwnPostgres:
    """A server with a database and a role for each service, as in production, on a disk that keeps what is flushed."""

    def __init__(self, lease: Lease, *, small_disk: bool) -> None:
        """Make its data; it does not run yet.

        Raises:
            ServerUnavailable: There are no binaries, or no small disk.
        """
        folder = lease.folder / "postgres"
        folder.mkdir()
        user, binaries = unprivileged_user(), find_binaries()
        self._home = PostgresHome(folder, within_reach(binaries, folder) if user else binaries, user)
        self._password = secrets.token_urlsafe(16)
        self._home.init(password=self._password)
        self.port = free_port()
        command, runs_as = self._home.command(port=self.port), self._home.user
        self.disk: SmallDisk | None = None
        if small_disk and user:
            self._small.mkdir()
            self.disk = SmallDisk(lease, self._small, megabytes=_SMALL_DISK_MEGABYTES, user=user)
            command, runs_as = self.disk.within(command, folder=folder), None
        self.process = OwnProcess(lease, "postgres", command, answers=self._is_ready, user=runs_as)

    @property
    def url(self) -> str:
        """The URL of the superuser, with a password and without a database."""
        return f"postgresql://{ADMIN}:{self._password}@127.0.0.1:{self.port}"

    async def provide(self) -> dict[Name, str]:
        """Make what each service needs, and return the URLs of their databases."""
        urls = {}
        for name in Name:
            password = secrets.token_urlsafe(16)
            await ensure_own_database(self.url, name, password=password)
            urls[name] = f"postgresql+asyncpg://{name}:{password}@127.0.0.1:{self.port}/{name}"
        return urls

    async def move_to_small_disk(self, database: Name, table: str) -> None:
        """Have a table of a service, with its indexes, lie on the small disk."""
        await self._administer(database, f"CREATE TABLESPACE {_SMALL} LOCATION '{self._small}'")
        connection = await asyncpg.connect(f"{self.url}/{database}")
        try:
            await connection.execute(f"ALTER TABLE {table} SET TABLESPACE {_SMALL}")
            for row in await connection.fetch("SELECT indexname FROM pg_indexes WHERE tablename = $1", table):
                await connection.execute(f'ALTER INDEX "{row[0]}" SET TABLESPACE {_SMALL}')
            # What is swept up would be written to first, and the table would long not feel that the disk is full.
            await connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        finally:
            await connection.close()

    def kill(self) -> None:
        """Kill the server with all its processes, as when its machine loses power."""
        self.process.kill()
        # It says that it is ready, of a server that is gone.
        (self._home.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    @property
    def _small(self) -> Path:
        return self._home.folder / _SMALL

    async def _administer(self, database: str, statement: str) -> None:
        connection = await asyncpg.connect(f"{self.url}/{database}")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _is_ready(self) -> bool:
        return self._home.is_ready(self.port)
