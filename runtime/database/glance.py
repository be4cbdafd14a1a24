"""Ask PostgreSQL for the one row of a statement by way of its driver: what is little takes one round trip, and no more.

SQLAlchemy needs several times as long to hand such a row on as PostgreSQL to find it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import asyncpg
from sqlalchemy import Executable, TypeDecorator
from sqlalchemy.dialects.postgresql import asyncpg as postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from runtime.database.connect import Settings, connect_arguments

_QUICK = {
    "default_transaction_read_only": "on",
    # Planning would take longer than the statements do; and their plan is the same whatever they are given.
    "plan_cache_mode": "force_generic_plan",
    # So it is made for a third of a table; yet little is asked for, by an index.
    "enable_seqscan": "off",
    "jit": "off",
}


class Row(asyncpg.Record):  # type: ignore[misc]  # the driver is not typed
    """Values by place, and by name as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Glances:
    """One connection for statements that need no transaction around them. It is opened when it is needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()

    async def row(self, statement: Executable, given: Mapping[str, Any]) -> Row:
        """Return the one row of a statement, its values as the driver gives them.

        Raises:
            DBAPIError: The database fails, or refuses the statement.
            TypeError: A value is kept otherwise than the driver knows it.
        """
        compiled = _compiled(statement)
        values = compiled.construct_params(dict(given))
        async with self._turn:
            try:
                connection = await self._opened()
                found: Row = await connection.fetchrow(
                    compiled.string, *[values[name] for name in compiled.positiontup or ()], record_class=Row
                )
            except asyncpg.PostgresError as error:
                raise DBAPIError(compiled.string, None, error) from error
            except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                # The driver lost count: so it does with a connection that the server ends just then.
                self._let_go()
                raise DBAPIError(compiled.string, None, error, connection_invalidated=True) from error
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
        # Not asked whether it is still there: a glance that finds it gone is made again on a new one.
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(**connect_arguments(self._settings), server_settings=_QUICK)
        return self._connection


_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@lru_cache(maxsize=64)
def _compiled(statement: Executable) -> SQLCompiler:
    compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what is executed
    types = [*(one.type for one in compiled.binds.values()), *(one.type for one in _columns_of(statement))]
    if any(isinstance(one, TypeDecorator) for one in types):
        raise TypeError("a glance takes and gives values as the driver knows them")
    return compiled


def _columns_of(statement: Any) -> Any:
    return getattr(statement, "exported_columns", None) or ()
