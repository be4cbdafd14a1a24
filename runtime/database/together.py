"""Write rows of several tables with one statement, where the database takes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, Select, Table, bindparam, func, literal, select, true
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.database.additions import Addition, Manner
from runtime.database.rows import insert_rows, put_rows, replacing

Shape = tuple[tuple[Table, Manner, tuple[str, ...]], ...]
"""Tables, how rows come into each, and their columns."""


async def write_together(connection: AsyncConnection, additions: Sequence[Addition]) -> None:
    """Write rows: on PostgreSQL in one round trip, whatever the tables; on SQLite, which has none, table by table."""
    if connection.dialect.name == "sqlite":
        for table, manner, rows in additions:
            write = put_rows if manner is Manner.PUT else insert_rows
            await write(connection, table, rows)
    elif additions:
        await connection.execute(_statement(shape_of(additions)), values_of(additions))


def shape_of(additions: Sequence[Addition]) -> Shape:
    """Return what the statement for some rows depends on."""
    return tuple((table, manner, tuple(rows[0])) for table, manner, rows in additions)  # type: ignore[misc]


def values_of(additions: Sequence[Addition]) -> Mapping[str, Sequence[Any]]:
    """Return the values of the arrays, by their names."""
    return {
        place_of(number, name): [row[name] for row in rows]
        for number, (_, _, rows) in enumerate(additions)
        for name in rows[0]
    }


def place_of(number: int, name: str) -> str:
    """Return the name of the array with the values of a column."""
    return f"{name}_{number}"


def given(number: int, table: Table, names: Sequence[str]) -> Any:
    """Return rows that come as arrays, one for each column."""
    arrays = [
        bindparam(place_of(number, name), type_=postgresql.ARRAY(table.c[name].type, dimensions=1)) for name in names
    ]
    return func.unnest(*arrays).table_valued(*names, name=f"given_{number}").render_derived()


def insertions(shape: Shape, *, after: CTE | None = None) -> Sequence[CTE]:
    """Return the inserts of a statement; with `after`, they hang on a row that it must have."""
    return [_insertion(number, *one, after) for number, one in enumerate(shape)]


def _insertion(number: int, table: Table, manner: Manner, names: tuple[str, ...], after: CTE | None) -> CTE:
    rows = given(number, table, names)
    source = rows if after is None else rows.join(after, true())
    statement = postgresql.insert(table).from_select(
        list(names), select(*(rows.c[name] for name in names)).select_from(source)
    )
    return (replacing(statement, names) if manner is Manner.PUT else statement).cte(f"added_{number}")


@lru_cache(maxsize=256)
def _statement(shape: Shape) -> Select[Any]:
    return select(literal(1)).add_cte(*insertions(shape))
