"""Give each service a database and a role of its own on a PostgreSQL, as whoever administers it."""

from __future__ import annotations

import asyncpg

_MAINTENANCE = ("postgres", "template1")
"""What every PostgreSQL has, open to every role unless that is taken back."""


async def ensure_own_database(server: str, name: str, *, password: str) -> None:
    """Make a role and a database of its own, both named `name`; what is there already stays as it is.

    The role can log in and owns the database; no other role but the superuser can connect to it.
    `server` is a URL with the name and the password of a superuser, and without a database.
    """
    connection = await asyncpg.connect(f"{server}/postgres")
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
            await _run(connection, "CREATE ROLE %I LOGIN PASSWORD %L", name, password)
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await _run(connection, "CREATE DATABASE %I OWNER %I TEMPLATE template0", name, name)
        for database in (name, *_MAINTENANCE):
            await _run(connection, "REVOKE ALL ON DATABASE %I FROM PUBLIC", database)
    finally:
        await connection.close()


async def _run(connection: asyncpg.Connection, template: str, *parts: str) -> None:
    """Run a statement that takes no parameters, with names and texts quoted by the server itself."""
    places = ", ".join(f"${number}::text" for number in range(2, len(parts) + 2))
    await connection.execute(await connection.fetchval(f"SELECT format($1, {places})", template, *parts))
