"""Schemas: migrations lead to the tables in the code, and no service works on a schema that it does not know."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
import pytest_asyncio
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Uuid, column, insert, inspect, table
from sqlalchemy.ext.asyncio import AsyncConnection

import services
from kernel.clock import SetClock
from runtime.database import Database
from runtime.database.migrate import RUNTIME, SchemaUnknown, check_schema, migrate
from runtime.database.outbox import sent_through
from runtime.schema import metadata as runtime_tables
from tests.rig import a_database
from tests.runtime.conftest import SERVICE
from tests.runtime.lighthouse import lamps
from tests.servers.postgres import PostgresServer

pytestmark = pytest.mark.asyncio


class Owner(NamedTuple):
    """Whose tables stand beside runtime's in one database."""

    name: str
    migrations: Path
    tables: MetaData


def owners() -> list[Owner]:
    """Return the lighthouse, and every service that has migrations."""
    found = [Owner(SERVICE, lamps.MIGRATIONS, lamps.metadata)]
    for entry in sorted(Path(services.__path__[0]).glob("*/migrations/env.py")):
        name = entry.parents[1].name
        schema = importlib.import_module(f"services.{name}.store.schema")
        found.append(Owner(name, entry.parent, schema.metadata))
    return found


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> AsyncIterator[Database]:
    """A database without any table."""
    async with AsyncExitStack() as kept:
        url = f"sqlite+aiosqlite:///{tmp_path}/empty.db"
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            url = await kept.enter_async_context(server.database())
        yield await kept.enter_async_context(a_database(url, service=SERVICE, clock=clock))


def differences(connection: Connection, tables: list[MetaData]) -> list[object]:
    """Return what autogenerate would put into a further migration."""

    def is_ours(found: object, name: str | None, *_: object) -> bool:
        # What the database makes by itself, the code need not know. A table that triggers keep says so in its comment.
        is_made = getattr(found, "computed", None) is not None or getattr(found, "comment", None) is not None
        return not (is_made or str(name).endswith("_schema_version"))

    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
    # Alembic takes several sets of tables; its signature knows of one.
    return list(compare_metadata(context, tables))  # type: ignore[arg-type]


@pytest.mark.parametrize("owner", owners(), ids=lambda owner: owner.name)
async def test_migrations_lead_from_an_empty_database_to_the_tables_in_the_code(empty: Database, owner: Owner) -> None:
    await migrate(empty, owner.migrations)

    async with empty.read() as read:
        found = await read.connection.run_sync(lambda sync: differences(sync, [runtime_tables, owner.tables]))
    assert found == []


async def test_migrating_again_changes_nothing(empty: Database) -> None:
    await migrate(empty, lamps.MIGRATIONS)
    async with empty.read() as read:
        before = await read.newest()

    await migrate(empty, lamps.MIGRATIONS)

    async with empty.read() as read:
        assert await read.newest() == before
    await check_schema(empty, lamps.MIGRATIONS)


@pytest.mark.parametrize(
    ("sent", "place"),
    [((), (-1, -1)), ((False, False), (1, -1)), ((True, True), (1, 1)), ((True, False), (1, 0))],
    ids=["no event", "none sent", "all sent", "the first sent"],
)
async def test_a_mark_on_each_event_becomes_one_place(
    empty: Database, sent: tuple[bool, ...], place: tuple[int, int]
) -> None:
    await empty.migrate(partial(bring_to, "20261125_webhooks_to_subscribers"))
    names = ("revision", "ordinal", "topic", "key", "type", "source", "recorded_at", "data", "sent_at")
    outbox = table("outbox", *map(column, names), column("event_id", Uuid))
    for ordinal, is_sent in enumerate(sent):
        row = (1, ordinal, "", "", "", "", 0, b"", 0 if is_sent else None, uuid4())
        await empty.mark(partial(AsyncConnection.execute, statement=insert(outbox).values(row)))

    await migrate(empty, lamps.MIGRATIONS)

    async with empty.read() as read:
        assert await sent_through(read.connection) == place


def bring_to(version: str, connection: Connection) -> None:
    """Bring runtime's tables to a version."""
    config = Config()
    config.set_main_option("script_location", str(RUNTIME))
    config.attributes |= {"connection": connection, "version_table": "runtime_schema_version"}
    command.upgrade(config, version)


async def test_an_empty_database_is_not_worked_on(empty: Database) -> None:
    with pytest.raises(SchemaUnknown, match="runtime: empty"):
        await check_schema(empty, lamps.MIGRATIONS)


@pytest.mark.parametrize("owner", ["runtime", "service"])
async def test_a_newer_schema_is_neither_worked_on_nor_migrated(empty: Database, owner: str) -> None:
    await migrate(empty, lamps.MIGRATIONS)
    versions = table(f"{owner}_schema_version", column("version_num"))
    newer = versions.update().values(version_num="29991231_from_the_future")
    await empty.mark(lambda connection: connection.execute(newer))

    with pytest.raises(SchemaUnknown, match="29991231_from_the_future"):
        await check_schema(empty, lamps.MIGRATIONS)
    with pytest.raises(SchemaUnknown, match="29991231_from_the_future"):
        await migrate(empty, lamps.MIGRATIONS)


async def test_a_migration_that_fails_leaves_nothing(empty: Database, tmp_path: Path) -> None:
    await migrate(empty, broken_migrations(tmp_path / "whole", breaks=False))
    with pytest.raises(ZeroDivisionError):
        await migrate(empty, broken_migrations(tmp_path / "broken", breaks=True))

    async with empty.read() as read:
        tables = await read.connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    assert "lens" in tables
    assert "mirror" not in tables
    await check_schema(empty, tmp_path / "whole")


def broken_migrations(folder: Path, *, breaks: bool) -> Path:
    """Write two migrations, of which the second may break after its table was made."""
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text((lamps.MIGRATIONS / "env.py").read_text())
    (folder / "versions" / "a.py").write_text(_migration("lens", revision="first", after=None))
    if breaks:
        second = _migration("mirror", revision="second", after="first") + "    1 / 0\n"
        (folder / "versions" / "b.py").write_text(second)
    return folder


def _migration(name: str, *, revision: str, after: str | None) -> str:
    return f"""
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {after!r}

def upgrade():
    op.create_table("{name}", sa.Column("id", sa.Integer(), primary_key=True))
"""
