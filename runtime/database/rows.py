"""Write many rows in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, FromClause, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Rows = Sequence[Mapping[str, Any]]


def _table(table: FromClause) -> Table:
    assert isinstance(table, Table)  # noqa: S101 - SQLModel types `__table__` too widely
    return table


def insert_for(connection: AsyncConnection, table: FromClause) -> postgresql.Insert | sqlite.Insert:
    """Return the insert of the connection's own database, which knows ON CONFLICT."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(_table(table))
    return postgresql.insert(_table(table))


async def insert_rows(connection: AsyncConnection, table: FromClause, rows: Rows) -> None:
    """Insert rows; none is no statement at all."""
    if rows:
        await connection.execute(_table(table).insert(), list(rows))


async def insert_new(connection: AsyncConnection, table: FromClause, rows: Rows, key: Column[Any]) -> set[Any]:
    """Insert the rows that are not there yet, and return their keys."""
    if not rows:
        return set()
    statement = insert_for(connection, table).on_conflict_do_nothing().returning(key)
    return set((await connection.execute(statement, list(rows))).scalars())
