"""Ask a database for the one row of a statement that sees one snapshot by itself, without a transaction around it."""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Dialect, Executable, TypeDecorator
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from runtime.database.connect import Settings, open_sqlite
from runtime.database.driver import DIALECT, QUICK, DriverConnection, compiled


class Glances(Protocol):
    """A connection for statements that read little."""

    async def row(self, statement: Executable, given: Mapping[str, Any]) -> Any:
        """Return the one row of a statement, its values by place, and by name as attributes.

        Raises:
            DBAPIError: The database fails, or refuses the statement.
            TypeError: A value is kept otherwise than the driver knows it.
        """
        ...

    async def close(self) -> None:
        """Let go of the database."""
        ...


def glances(settings: Settings) -> Glances:
    """Return what asks a database."""
    return _Sqlite(settings) if settings.is_sqlite() else _Postgres(settings)


class _Postgres:
    def __init__(self, settings: Settings) -> None:
        self._connection = DriverConnection(settings, {**QUICK, "default_transaction_read_only": "on"})
        self.close = self._connection.close

    async def row(self, statement: Executable, given: Mapping[str, Any]) -> Any:
        kept = _kept(statement, DIALECT)
        found = await self._connection.row(kept.text, kept.in_order(given))
        assert found is not None  # noqa: S101 - a glance is a statement that always finds a row
        return found


class _Sqlite:
    """Asks in the event loop itself: a row that is in memory is there sooner than a thread could begin to look for it.

    Readers wait for nobody here, but for moments in which the file is mended after a crash.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: sqlite3.Connection | None = None

    async def row(self, statement: Executable, given: Mapping[str, Any]) -> Any:
        kept = _kept(statement, _SQLITE)
        try:
            if self._connection is None:
                self._connection = open_sqlite(self._settings, query_only=True)
            cursor = self._connection.execute(kept.text, kept.in_order(given))
            # All of them: one that is left would hold on to its snapshot.
            (row,) = cursor.fetchall()
        except sqlite3.Error as error:
            await self.close()
            raise DBAPIError(kept.text, None, error) from error
        names = tuple(column for column, *_ in cursor.description)
        return _row_of(names)._make(kept.read(row))

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


_SQLITE = sqlite.dialect()


class _Kept(NamedTuple):
    """A statement that was made ready."""

    text: str
    order: Sequence[str]
    """Names of its values."""
    values: Mapping[str, Any]
    """Those that it has by itself."""
    readers: Sequence[Any]
    """What makes a value of a column what the program knows; None where it is that already."""

    def in_order(self, given: Mapping[str, Any]) -> Sequence[Any]:
        values = {**self.values, **given}
        return [values[name] for name in self.order]

    def read(self, row: Sequence[Any]) -> Sequence[Any]:
        if not self.readers:
            return row
        return [value if reader is None else reader(value) for value, reader in zip(row, self.readers, strict=True)]


@lru_cache(maxsize=64)
def _kept(statement: Executable, dialect: Dialect) -> _Kept:
    found = compiled(statement, dialect)
    columns = [one.type for one in _columns_of(statement)]
    if any(isinstance(one, TypeDecorator) for one in [*(one.type for one in found.binds.values()), *columns]):
        raise TypeError("a glance takes and gives values as the driver knows them")
    own = {name: bind.effective_value for name, bind in found.binds.items() if not bind.required}
    readers = [one.dialect_impl(dialect).result_processor(dialect, None) for one in columns]
    return _Kept(found.string, found.positiontup or (), own, readers)


def _columns_of(statement: Any) -> Any:
    return getattr(statement, "exported_columns", None) or ()


@lru_cache(maxsize=64)
def _row_of(names: Sequence[str]) -> Any:
    return namedtuple("Row", names)
