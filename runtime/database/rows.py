"""Write many rows in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Column, FromClause, Table, Uuid, bindparam, func, select
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
    """Insert rows that all have the same columns; none is no statement at all."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        await connection.execute(_table(table).insert(), list(rows))
    else:
        await connection.execute(_insert_of_columns(_table(table), tuple(rows[0])), _columns(rows))


async def put_rows(connection: AsyncConnection, table: FromClause, rows: Rows) -> None:
    """Write rows that all have the same columns, each in the place of the one with its key, if there is one."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        statement = sqlite.insert(_table(table))
        await connection.execute(replacing(statement, tuple(rows[0])), list(rows))
    else:
        names = tuple(rows[0])
        await connection.execute(replacing(_insert_of_columns(_table(table), names), names), _columns(rows))


Inserting = TypeVar("Inserting", postgresql.Insert, sqlite.Insert)


def replacing(statement: Inserting, names: Sequence[str]) -> Inserting:
    """Return an insert of columns that takes the place of rows with the same key."""
    keys = [column.name for column in statement.table.primary_key]
    taken = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=taken)


async def insert_new(connection: AsyncConnection, table: FromClause, rows: Rows, key: Column[Any]) -> set[Any]:
    """Insert the rows that are not there yet, all with the same columns, and return their keys."""
    if not rows:
        return set()
    if connection.dialect.name == "sqlite":
        statement = sqlite.insert(_table(table)).on_conflict_do_nothing().returning(key)
        return set((await connection.execute(statement, list(rows))).scalars())
    insert = _insert_of_columns(_table(table), tuple(rows[0])).on_conflict_do_nothing().returning(key)
    return set((await connection.execute(insert, _columns(rows))).scalars())


async def copy_rows(
    connection: AsyncConnection, table: FromClause, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert very many rows as fast as the database takes them: tuples in the order of the columns' names.

    Values are as the database keeps them: instants as microseconds, documents as bytes; only ids are UUIDs.
    """
    raw: Any = (await connection.get_raw_connection()).driver_connection
    if connection.dialect.name != "sqlite":
        await raw.copy_records_to_table(_table(table).name, records=rows, columns=names)
        return
    ids = [isinstance(_table(table).c[name].type, Uuid) for name in names]
    columns, places = ", ".join(names), ", ".join("?" * len(names))
    statement = f"INSERT INTO {_table(table).name} ({columns}) VALUES ({places})"  # noqa: S608 - names of our own
    # SQLite has no type for ids: they are kept as hexadecimal digits.
    given = ([value.hex if is_id else value for is_id, value in zip(ids, row, strict=True)] for row in rows)
    await raw.executemany(statement, given)


@lru_cache(maxsize=256)
def _insert_of_columns(table: Table, names: tuple[str, ...]) -> postgresql.Insert:
    """Return the insert of as many rows as the arrays hold that it is given, one for each column.

    One statement with a few arrays is prepared once, whatever the number of rows; the driver sends them as they are.
    """
    columns = [table.c[name] for name in names]
    arrays = [bindparam(column.name, type_=postgresql.ARRAY(column.type, dimensions=1)) for column in columns]
    given = func.unnest(*arrays).table_valued(*(column.name for column in columns), name="given").render_derived()
    return postgresql.insert(table).from_select(list(names), select(*(given.c[name] for name in names)))


def _columns(rows: Rows) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}
