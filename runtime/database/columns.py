"""Read very many rows as columns of numbers, without an object for each row, and all in one snapshot.

PostgreSQL sends them through ADBC, as Arrow's columns. SQLite is read by Python's own library: a second copy of SQLite
in one process would not see the locks of the first, and could take the log away under a writer.

All of this waits for the database: it runs in a thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import adbc_driver_manager
import adbc_driver_postgresql
import nanoarrow
import numpy as np
import numpy.typing as npt
from sqlalchemy import URL, make_url

from runtime.database.connect import Settings

Columns = Mapping[str, npt.NDArray[Any]]
"""Columns of one length, by name."""
Types = Mapping[str, str]
"""The type of each column as numpy names it: `i2`, `i4` or `i8`."""

_AT_ONCE = 65_536
_SAME = {"ssl": "sslmode", "timeout": "connect_timeout"}
"""What the driver of the service and PostgreSQL's own library call otherwise."""
_SNAPSHOT = "-c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on"


class Snapshot(Protocol):
    """A read-only transaction that sees one state of the database."""

    def columns(self, query: str, types: Types) -> Columns:
        """Return the rows of a query without nulls, as columns of these types in this order."""
        ...

    def rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        """Return the few rows of a query of numbers and texts."""
        ...


@contextmanager
def snapshot(settings: Settings) -> Iterator[Snapshot]:
    """Open a connection of its own, with one read-only transaction.

    Raises:
        DatabaseAway: The database fails, or is not there.
    """
    try:
        with _opened(settings) as opened:
            yield opened
    except (adbc_driver_manager.Error, sqlite3.OperationalError) as error:
        raise DatabaseAway(str(error)) from error


class DatabaseAway(OSError):
    """The database fails, not the work; it may be asked again."""


@contextmanager
def _opened(settings: Settings) -> Iterator[Snapshot]:
    if settings.is_sqlite():
        path = quote(str(Path(str(make_url(settings.url).database)).resolve()))
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            yield _Sqlite(connection)
        return
    with (
        adbc_driver_postgresql.connect(libpq_url(settings.url)) as database,
        adbc_driver_manager.AdbcConnection(database) as connection,
    ):
        connection.set_autocommit(False)
        yield _Postgres(connection)


def libpq_url(url: str) -> str:
    """Return a service's URL of a PostgreSQL as PostgreSQL's own library reads it.

    >>> libpq_url("postgresql+asyncpg://reports@db/reports?ssl=verify-full").rpartition("&")[0]
    'postgresql://reports@db/reports?sslmode=verify-full'
    """
    parts = make_url(url)
    query = {_SAME.get(name, name): value for name, value in parts.query.items()}
    plain = URL.create("postgresql", parts.username, parts.password, parts.host, parts.port, parts.database, query)
    text = plain.render_as_string(hide_password=False)
    # Its library takes no `+` for a blank.
    return f"{text}{'&' if query else '?'}options={quote(_SNAPSHOT)}"


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def columns(self, query: str, types: Types) -> Columns:
        cursor = self._connection.execute(query)
        parts = [np.empty((0, len(types)), np.int64)]
        while rows := cursor.fetchmany(_AT_ONCE):
            parts.append(np.array(rows, np.int64))
        whole = np.concatenate(parts)
        return {name: whole[:, place].astype(type_) for place, (name, type_) in enumerate(types.items())}

    def rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()


class _Postgres:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def columns(self, query: str, types: Types) -> Columns:
        parts: dict[str, list[npt.NDArray[Any]]] = {name: [np.empty(0, type_)] for name, type_ in types.items()}
        for lot in self._lots(query):
            for (name, type_), column in zip(types.items(), lot.children, strict=True):
                # Views of what the driver holds; joined below, they are ours.
                values = nanoarrow.c_array(column).view().buffer(1)
                parts[name].append(np.frombuffer(values, type_)[column.offset : column.offset + lot.length])
        return {name: np.concatenate(some) for name, some in parts.items()}

    def rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        return [row for lot in self._lots(query) for row in nanoarrow.Array(lot).iter_tuples()]

    def _lots(self, query: str) -> list[Any]:
        with adbc_driver_manager.AdbcStatement(self._connection) as statement:
            statement.set_sql_query(query)
            stream, _ = statement.execute_query()
            return list(nanoarrow.c_array_stream(stream))
