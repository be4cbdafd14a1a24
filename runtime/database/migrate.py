"""Bring a database's schema to the newest version: runtime's own tables first, then the service's.

Migrations are forward only, and frozen in time: they import no live table.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from kernel.problems import Fault, Words
from runtime.database.database import Database

RUNTIME = Path(__file__).parent.parent / "migrations"
"""Migrations of the tables that runtime keeps in every database."""


class SchemaUnknown(Fault):
    """The database has a schema that this release does not know, or not the newest one."""

    code = "schema_unknown"
    vi = Words("Lược đồ cơ sở dữ liệu không khớp", "{service}: {found}.", "Chạy `lanhmanh migrate`.")
    en = Words("Database schema does not match", "{service}: {found}.", "Run `lanhmanh migrate`.")


async def migrate(database: Database, service_migrations: Path) -> None:
    """Apply what is missing. Running it again changes nothing.

    Raises:
        SchemaUnknown: The database is newer than this release.
    """
    for owner, folder in _owners(service_migrations):
        await database.migrate(partial(_upgrade, owner=owner, folder=folder, service=database.service))


async def check_schema(database: Database, service_migrations: Path) -> None:
    """Make sure that the database has exactly the schema of this release.

    Raises:
        SchemaUnknown: It is older or newer.
    """
    async with database.read() as read:
        for owner, folder in _owners(service_migrations):
            head = ScriptDirectory(str(folder)).get_current_head()
            found = await read.connection.run_sync(partial(_version, owner=owner))
            if found != head:
                raise SchemaUnknown(service=database.service, found=f"{owner}: {found or 'empty'} ≠ {head}")


def run_environment() -> None:
    """Do what an Alembic `env.py` does. Each migrations folder's `env.py` only calls this."""
    attributes = context.config.attributes
    connection: Connection = attributes["connection"]
    context.configure(
        connection=connection,
        version_table=attributes["version_table"],
        target_metadata=attributes.get("metadata"),
        include_name=attributes.get("include_name"),
        user_module_prefix="",
    )
    with context.begin_transaction():
        context.run_migrations()


def _owners(service_migrations: Path) -> list[tuple[str, Path]]:
    return [("runtime", RUNTIME), ("service", service_migrations)]


def _upgrade(connection: Connection, owner: str, folder: Path, service: str) -> None:
    if connection.dialect.name == "postgresql":
        # A migration that waits for a lock makes everyone behind it wait: give up early instead.
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    found = _version(connection, owner)
    known = {script.revision for script in ScriptDirectory(str(folder)).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaUnknown(service=service, found=f"{owner}: {found}")
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes |= {"connection": connection, "version_table": _version_table(owner)}
    command.upgrade(config, "head")


def _version_table(owner: str) -> str:
    return f"{owner}_schema_version"


def _version(connection: Connection, owner: str) -> Any:
    options = {"version_table": _version_table(owner)}
    return MigrationContext.configure(connection, opts=options).get_current_revision()
