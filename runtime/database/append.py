"""Write a whole transaction in one round trip, if nothing was committed since the one that the caller knows of.

The number of the newest transaction is compared and set by the statement that inserts the rows: whoever remembers how
the database stood at that number needs neither a lock nor a look before it writes.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Dialect, Table, and_, bindparam, exists, not_, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from kernel.clock import to_micros
from runtime.database.additions import Addition, Manner
from runtime.database.connect import Settings, open_sqlite
from runtime.database.driver import DIALECT, QUICK, DriverConnection, compiled
from runtime.database.revision import Revision, revision
from runtime.database.rows import replacing
from runtime.database.together import Shape, given, insertions, place_of, shape_of, values_of


class Appender(Protocol):
    """Appends transactions to one database."""

    async def append(self, last: Revision, new: Revision, additions: Sequence[Addition]) -> bool:
        """Write rows as the transaction `new`, and say whether they were written: all or none.

        They are not if something was committed since `last`, or if a row is there whose key one of them claims.

        Raises:
            DBAPIError: The database fails, or refuses a row. If it fails, they may have been written.
        """
        ...

    async def close(self) -> None:
        """Let go of the database."""
        ...


def appender(settings: Settings) -> Appender:
    """Return what appends to a database."""
    return _Sqlite(settings) if settings.is_sqlite() else _Postgres(settings)


Keep = Callable[[Any], Any] | None
"""Makes a value one that the driver takes; None if it is one."""


class _Postgres:
    """One statement: what it inserts hangs on the row that it compares and sets."""

    def __init__(self, settings: Settings) -> None:
        # As the writer's connections wait: no longer for a lock.
        self._connection = DriverConnection(settings, {**QUICK, "lock_timeout": "15000"})
        self.close = self._connection.close

    async def append(self, last: Revision, new: Revision, additions: Sequence[Addition]) -> bool:
        statement = _statement(shape_of(additions))
        values: dict[str, Any] = {
            name: column if (keep := statement.kept[name]) is None else [keep(one) for one in column]
            for name, column in values_of(additions).items()
        }
        values |= {"last": last.number, "epoch": last.epoch, "next": new.number, "at": to_micros(new.recorded_at)}
        return await self._connection.row(statement.text, [values[name] for name in statement.order]) is not None


class _Statement(NamedTuple):
    text: str
    order: Sequence[str]
    """Names of its values."""
    kept: Mapping[str, Keep]


@lru_cache(maxsize=64)
def _statement(shape: Shape) -> _Statement:
    claims = [_claimed(number, table) for number, (table, manner, _) in enumerate(shape) if manner is Manner.CLAIMED]
    turn = (
        update(revision)
        .where(revision.c.number == bindparam("last"), revision.c.epoch == bindparam("epoch"), *claims)
        .values(number=bindparam("next"), recorded_at=bindparam("at"))
        .returning(revision.c.number)
        .cte("turn")
    )
    found = compiled(select(turn.c.number).add_cte(*insertions(shape, after=turn)))
    kept = {
        place_of(number, name): _kept(table, name, DIALECT)
        for number, (table, _, names) in enumerate(shape)
        for name in names
    }
    return _Statement(found.string, found.positiontup or (), kept)


def _kept(table: Table, name: str, dialect: Dialect) -> Keep:
    return table.c[name].type.dialect_impl(dialect).bind_processor(dialect)


def _claimed(number: int, table: Table) -> ColumnElement[bool]:
    """Return the condition that no row has a key that is claimed."""
    keys = [column.name for column in table.primary_key]
    rows = given(number, table, keys)
    return not_(exists(select(rows).where(and_(*(table.c[name] == rows.c[name] for name in keys)))))


class _Sqlite:
    """Rows are written by the event loop, into memory; a thread waits for the disk.

    A thread that did all of it would ask for Python's lock after each row, and wait for as long as requests need it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: sqlite3.Connection | None = None

    async def append(self, last: Revision, new: Revision, additions: Sequence[Addition]) -> bool:
        try:
            if self._connection is None:
                self._connection = open_sqlite(self._settings, query_only=False)
            is_written = _written(self._connection, last, new, additions)
            await asyncio.to_thread(_ended, self._connection, "COMMIT" if is_written else "ROLLBACK")
        except sqlite3.Error as error:
            raise DBAPIError("append", None, error) from error
        return is_written

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _written(connection: sqlite3.Connection, last: Revision, new: Revision, additions: Sequence[Addition]) -> bool:
    """Begin a transaction, and say whether all is in it that was to be."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        return _take(connection, last, new) and all(_insert(connection, one) for one in additions)
    except BaseException:
        connection.rollback()
        raise


def _ended(connection: sqlite3.Connection, how: str) -> None:
    try:
        connection.execute(how)
    except sqlite3.Error:
        # A transaction that is left open would lock out every writer.
        connection.rollback()
        raise


def _take(connection: sqlite3.Connection, last: Revision, new: Revision) -> bool:
    taken = connection.execute(
        "UPDATE revision SET number = ?, recorded_at = ? WHERE number = ? AND epoch = ?",
        (new.number, to_micros(new.recorded_at), last.number, last.epoch.hex),
    )
    return taken.rowcount == 1


def _insert(connection: sqlite3.Connection, addition: Addition) -> bool:
    """Insert rows, and say whether all of them came in: a key that is claimed may be there."""
    table, manner, rows = addition
    text, kept = _sqlite_insert(table, manner, tuple(rows[0]))
    inserted = connection.executemany(
        text, ([row[name] if keep is None else keep(row[name]) for name, keep in kept.items()] for row in rows)
    )
    return inserted.rowcount == len(rows)


_SQLITE = sqlite.dialect()


@lru_cache(maxsize=64)
def _sqlite_insert(table: Table, manner: Manner, names: tuple[str, ...]) -> tuple[str, Mapping[str, Keep]]:
    """Return the insert of one row, and its columns in their order."""
    statement = sqlite.insert(table)
    if manner is Manner.CLAIMED:
        statement = statement.on_conflict_do_nothing()
    elif manner is Manner.PUT:
        statement = replacing(statement, names)
    found = compiled(statement, _SQLITE, names)
    kept = {name: _kept(table, name, _SQLITE) for name in found.positiontup or ()}
    return found.string, kept
