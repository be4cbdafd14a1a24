"""What the tests of every service stand on: a clock that is set, tokens, migrated databases, and a client."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import asyncpg
import httpx
import msgspec
from fastapi import FastAPI
from joserfc.jwk import RSAKey
from sqlalchemy import make_url, select

from kernel.clock import Clock, SetClock, SystemClock
from runtime.auth.issuer import AUDIENCE, LIFETIME, DevelopmentIssuer
from runtime.auth.keys import KeySource
from runtime.auth.verifier import TokenVerifier
from runtime.database import Database, Settings
from runtime.database.migrate import migrate
from runtime.database.outbox import outbox
from tests.servers.postgres import PostgresServer

T = TypeVar("T")

MORNING = datetime(2025, 4, 18, 2, 0, tzinfo=UTC)
"""Nine o'clock in Viet Nam on the day on which Bình Thuận issued its plan: when most tests take place."""

_ISSUER = "https://issuer.test"


class Tokens:
    """Mints tokens of a development issuer, and verifies them as a service does."""

    def __init__(self, clock: SetClock) -> None:
        self._clock = clock
        self._issuer = DevelopmentIssuer(_ISSUER, AUDIENCE, _signing_key(), "unused", clock)

    def bearer(
        self, *scopes: str, unit: str, client: str = "harbour-office-7", lifetime: timedelta = LIFETIME
    ) -> dict[str, str]:
        """Return the `Authorization` header of a client that acts for the unit with this code."""
        token = self._issuer.mint(client, scopes=scopes, unit=unit, lifetime=lifetime)
        return {"Authorization": f"Bearer {token}"}

    def verifier(self) -> TokenVerifier:
        """Return what a service checks tokens with."""
        return TokenVerifier(_ISSUER, AUDIENCE, KeySource(self._issuer.jwks, self._clock), self._clock)


@cache
def _signing_key() -> RSAKey:
    # Made once: a key takes longer than most tests.
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%schema_version'"

_KEEP = f"""
    CREATE SCHEMA {{kept}};
    DO $$ DECLARE own text; has_rows boolean; BEGIN
        FOR own IN {_TABLES} LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', own) INTO has_rows;
            IF has_rows THEN EXECUTE format('CREATE TABLE {{kept}}.%I AS TABLE public.%I', own, own); END IF;
        END LOOP;
    END $$
"""  # noqa: S608 - names of ours
"""Keeps what is in the tables in a schema beside them."""

_KEPT = """
    SELECT relname, string_agg(quote_ident(attname), ', ')
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    WHERE relnamespace = 'public'::regnamespace AND attgenerated = '' AND relname IN (
        SELECT tablename FROM pg_tables WHERE schemaname = '{kept}')
    GROUP BY relname
"""
"""The tables that were kept, with those of their columns that PostgreSQL does not make by itself."""
_BEGIN_ANEW = f"""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
    DO $$ DECLARE own text; columns text; BEGIN
        FOR own IN {_TABLES} LOOP EXECUTE format('DELETE FROM public.%I', own); END LOOP;
        FOR own, columns IN {_KEPT}
        LOOP EXECUTE format('INSERT INTO public.%I (%s) SELECT %2$s FROM {{kept}}.%1$I', own, columns); END LOOP;
        UPDATE revision SET epoch = gen_random_uuid();
    END $$
"""  # noqa: S608 - names of ours
"""Ends the connections of the test before, and has the rows that were kept instead of its own.

In one transaction, as each waits for a disk.
"""


class Blueprint(Protocol):
    """A database of a service as tests begin with it: migrations take seconds, and no test is to wait for them."""

    def fresh(self, folder: Path) -> AbstractAsyncContextManager[str]:
        """Give the URL of a database with all tables and only the rows of the blueprint, for one test.

        `folder` is the test's own.
        """
        ...

    async def kept(self, url: str) -> Blueprint:
        """Return the blueprint of what was made of a fresh database, which nobody has open any more."""
        ...


@dataclass(frozen=True)
class SqliteBlueprint:
    """An SQLite file, of which each test gets a copy."""

    path: Path

    @asynccontextmanager
    async def fresh(self, folder: Path) -> AsyncIterator[str]:
        path = folder / self.path.name
        # Of an example before, in the same folder, nothing may stay: SQLite would read a log that lies beside the copy.
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            (folder / name).unlink(missing_ok=True)
        shutil.copy(self.path, path)
        yield f"sqlite+aiosqlite:///{path}"

    async def kept(self, url: str) -> SqliteBlueprint:
        folder = Path(mkdtemp(dir=self.path.parent))
        return SqliteBlueprint(Path(shutil.copy(str(make_url(url).database), folder / self.path.name)))


@dataclass(frozen=True)
class PostgresBlueprint:
    """A PostgreSQL database, used by one test after another: a new one each would take a second."""

    url: str
    schema: str
    """Where its rows are kept."""

    @asynccontextmanager
    async def fresh(self, folder: Path) -> AsyncIterator[str]:  # noqa: ARG002 - on the server, not in a folder
        await _executed(self.url, _BEGIN_ANEW.format(kept=self.schema))
        yield self.url

    async def kept(self, url: str) -> PostgresBlueprint:
        schema = f"kept_{uuid4().hex}"
        await _executed(url, _KEEP.format(kept=schema))
        return PostgresBlueprint(url, schema)


async def _executed(url: str, statements: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


@contextmanager
def sqlite_blueprint(folder: Path, service: str, migrations: Path) -> Iterator[SqliteBlueprint]:
    """Migrate a new SQLite file in a folder."""
    path = folder / f"{service}.db"
    with _loop_of_its_own() as run:
        run(_migrated(f"sqlite+aiosqlite:///{path}", service, migrations))
    yield SqliteBlueprint(path)


@contextmanager
def postgres_blueprint(server: PostgresServer, service: str, migrations: Path) -> Iterator[PostgresBlueprint]:
    """Migrate a new PostgreSQL database, and drop it at the end."""
    with _loop_of_its_own() as run:
        kept = AsyncExitStack()
        url = run(kept.enter_async_context(server.database()))
        try:
            run(_migrated(url, service, migrations))
            yield run(PostgresBlueprint(url, "public").kept(url))
        finally:
            run(kept.aclose())


async def _migrated(url: str, service: str, migrations: Path) -> None:
    async with a_database(url, service=service, clock=SystemClock()) as database:
        await migrate(database, migrations)


@contextmanager
def _loop_of_its_own() -> Iterator[Callable[[Coroutine[Any, Any, T]], T]]:
    """Run coroutines for what outlives a test, in a thread, because a test's loop may exist in this one."""
    with ThreadPoolExecutor(1) as thread:
        runner = asyncio.Runner()
        try:
            yield lambda coroutine: thread.submit(runner.run, coroutine).result()
        finally:
            thread.submit(runner.close).result()


@asynccontextmanager
async def a_database(url: str, *, service: str, clock: Clock) -> AsyncIterator[Database]:
    """Open a database without a service around it. Commits are not flushed: no test pulls the plug here."""
    database = Database(Settings(url=url, durable=False), service=service, clock=clock)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def a_client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Start an application and talk to it as a caller does, without a network."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
            yield client


async def published(database: Database) -> list[tuple[str, Any]]:
    """Return what a service published, in order, as (last words of the type, data): `("plan.issued", {…})`."""
    async with database.read() as read:
        rows = (await read.execute(select(outbox).order_by(outbox.c.revision, outbox.c.ordinal))).all()
    return [(_fact(row.type), msgspec.json.decode(row.data)) for row in rows]


def _fact(event_type: str) -> str:
    """Return the fact in `vn.lanhmanh.<service>.<fact>.v1`.

    >>> _fact("vn.lanhmanh.plans.plan.issued.v1")
    'plan.issued'
    """
    return event_type.split(".", 3)[3].rpartition(".")[0]
