"""Speak with PostgreSQL by way of its driver: what is little takes one round trip, and no more.

SQLAlchemy says what is asked; it needs several times as long to hand it on as PostgreSQL to answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy import Dialect, Executable
from sqlalchemy.dialects.postgresql import asyncpg as postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from runtime.database.connect import Settings, connect_arguments

QUICK = {
    # Planning would take longer than the statements do; and their plan is the same whatever they are given.
    "plan_cache_mode": "force_generic_plan",
    # So it is made for a third of a table; yet little is asked for, by an index.
    "enable_seqscan": "off",
    "jit": "off",
}
"""Settings of a connection for statements that are kept, and touch few rows of large tables."""
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


class Row(asyncpg.Record):  # type: ignore[misc]  # the driver is not typed
    """Values by place, and by name as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def compiled(
    statement: Executable, dialect: Dialect = DIALECT, column_keys: Sequence[str] | None = None
) -> SQLCompiler:
    """Return a statement as a driver takes it: its text, and the names of its values in their order.

    `column_keys` are the columns that an insert without values is to have.
    """
    found = statement.compile(dialect=dialect, column_keys=column_keys)  # type: ignore[attr-defined]
    assert isinstance(found, SQLCompiler)  # noqa: S101 - what is executed
    return found


class DriverConnection:
    """One connection for statements that need no transaction around them. It is opened when it is needed."""

    def __init__(self, settings: Settings, server_settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._server_settings = dict(server_settings)
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()

    async def row(self, statement: str, values: Sequence[Any]) -> Row | None:
        """Return the first row of a statement, its values as the driver gives them; None if there is none.

        Raises:
            DBAPIError: The database fails, or refuses the statement.
        """
        async with self._turn:
            try:
                connection = await self._opened()
                found: Row | None = await connection.fetchrow(statement, *values, record_class=Row)
            except asyncpg.PostgresError as error:
                raise DBAPIError(statement, None, error) from error
            except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                # The driver lost count: so it does with a connection that the server ends just then.
                self._let_go()
                raise DBAPIError(statement, None, error, connection_invalidated=True) from error
        return found

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _opened(self) -> asyncpg.Connection:
        # Not asked whether it is still there: a statement that finds it gone is run again on a new one.
        if self._connection is None or self._connection.is_closed():
            arguments = connect_arguments(self._settings)
            self._connection = await asyncpg.connect(**arguments, server_settings=self._server_settings)
        return self._connection
