"""Read very many rows as columns of numbers, without an object for each row, and all in one snapshot.

PostgreSQL sends the numbers of a row as one value, by COPY, and what arrives is taken for what it is: an array of rows
of one width. Each value that it sends costs it as much as reading some of them, so a large table may keep them as one.
It is sent in parts by several connections that share the snapshot. SQLite is read in a thread, by Python's own
library: a second copy of SQLite in the process would not see the locks of the first.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

import asyncpg
import numpy as np
import numpy.typing as npt
from sqlalchemy import make_url

from runtime.database.connect import Settings, connect_arguments

Columns = Mapping[str, npt.NDArray[Any]]
"""Columns of one length, by name."""
Types = Mapping[str, str]
"""The type of each column as numpy names it: `i2`, `i4` or `i8`."""
Terms = Sequence[str]
"""What SQL gives for each column, of just its type."""

_AT_ONCE = 65_536
_BLOCKS = 4_096
"""Of 8 KiB, in one part of a table."""
_TOGETHER = 2
"""Connections that send parts at the same time."""
_HEADER, _TRAILER = 19, 2
"""Bytes before and after the rows of a COPY in binary format."""


class Snapshot(Protocol):
    """A read-only transaction that sees one state of the database. It may be asked several things at the same time."""

    async def columns(
        self, terms: Terms, source: str, types: Types, *, packed: str | None = None, parts_of: str | None = None
    ) -> Columns:
        """Return rows without nulls, as columns of these types in this order; rows are in no order.

        `source` is what stands behind FROM, and `packed` under which name PostgreSQL keeps the `packing` of just these
        columns. `parts_of` is a table that is read as a whole, as `s`, and `source` ends with a condition on it: it may
        come in parts.
        """
        ...

    async def rows(self, query: str) -> Sequence[Sequence[Any]]:
        """Return the few rows of a query of numbers and texts."""
        ...


@asynccontextmanager
async def snapshot(settings: Settings) -> AsyncIterator[Snapshot]:
    """Open a connection of its own, with one read-only transaction.

    Raises:
        DatabaseAway: The database fails, or is not there.
    """
    try:
        async with _begun(settings) as begun:
            yield begun
    except _FAILS as error:
        raise DatabaseAway(str(error)) from error


class DatabaseAway(OSError):
    """The database fails, not the work: it may be asked again."""


_FAILS = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    sqlite3.OperationalError,
)


@asynccontextmanager
async def _begun(settings: Settings) -> AsyncIterator[Snapshot]:
    if settings.is_sqlite():
        with closing(_opened(settings)) as own:
            own.execute("BEGIN")
            yield _Sqlite(own)
        return
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(_reading(settings))
        exported = await first.fetchval("SELECT pg_export_snapshot()")
        yield _Postgres(settings, first, exported, stack)


def _opened(settings: Settings) -> sqlite3.Connection:
    path = quote(str(Path(str(make_url(settings.url).database)).resolve()))
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)


@asynccontextmanager
async def _reading(settings: Settings, *, same_as: str | None = None) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(**connect_arguments(settings))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if same_as is not None:
                await connection.execute(f"SET TRANSACTION SNAPSHOT '{same_as}'")
            yield connection
    finally:
        await connection.close()


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()

    async def columns(
        self,
        terms: Terms,
        source: str,
        types: Types,
        *,
        packed: str | None = None,  # noqa: ARG002 - of PostgreSQL
        parts_of: str | None = None,  # noqa: ARG002
    ) -> Columns:
        async with self._turn:
            return await asyncio.to_thread(self._columns, f"SELECT {', '.join(terms)} FROM {source}", types)  # noqa: S608

    def _columns(self, query: str, types: Types) -> Columns:
        cursor = self._connection.execute(query)
        lots = [np.empty((0, len(types)), np.int64)]
        while rows := cursor.fetchmany(_AT_ONCE):
            lots.append(np.array(rows, np.int64))
        whole = np.concatenate(lots)
        return {name: whole[:, place].astype(type_) for place, (name, type_) in enumerate(types.items())}

    async def rows(self, query: str) -> Sequence[Sequence[Any]]:
        async with self._turn:
            return await asyncio.to_thread(lambda: self._connection.execute(query).fetchall())


class _Postgres:
    def __init__(self, settings: Settings, first: asyncpg.Connection, exported: str, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._exported = exported
        self._stack = stack
        self._free = [first]
        self._turns = asyncio.Semaphore(_TOGETHER)

    async def columns(
        self, terms: Terms, source: str, types: Types, *, packed: str | None = None, parts_of: str | None = None
    ) -> Columns:
        query = f"SELECT {packed or packing(terms, types)} FROM {source}"  # noqa: S608 - names of our own
        async with self._connection() as connection:
            blocks = 0 if parts_of is None else await connection.fetchval(_SIZE, parts_of)
            if blocks <= _BLOCKS:
                return await _copied(connection, query, types)
        waiting = iter(_parts(blocks))

        async def taken() -> list[Columns]:
            async with self._connection() as connection:
                return [await _copied(connection, f"{query} AND {part}", types) for part in waiting]

        async with together() as group:
            taking = [group.create_task(taken()) for _ in range(_TOGETHER)]
        return await asyncio.to_thread(_joined, [lot for task in taking for lot in task.result()])

    async def rows(self, query: str) -> Sequence[Sequence[Any]]:
        async with self._connection() as connection:
            found: Sequence[Sequence[Any]] = await connection.fetch(query)
        return found

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection that sees the snapshot: there are some, opened when they are needed."""
        async with self._turns:
            if self._free:
                connection = self._free.pop()
            else:
                connection = await self._stack.enter_async_context(_reading(self._settings, same_as=self._exported))
            yield connection
            self._free.append(connection)


@asynccontextmanager
async def together() -> AsyncIterator[asyncio.TaskGroup]:
    """Do several things at the same time; the first that fails has the others given up, and says why."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


_SIZE = "SELECT pg_relation_size($1::text::regclass) / current_setting('block_size')::int"


def _parts(blocks: int) -> Iterator[str]:
    for start in range(0, blocks, _BLOCKS):
        end = f" AND s.ctid < '({start + _BLOCKS},0)'" if start + _BLOCKS < blocks else ""
        yield f"s.ctid >= '({start},0)'{end}"


async def _copied(connection: asyncpg.Connection, query: str, types: Types) -> Columns:
    sent = bytearray()

    async def take(data: bytes) -> None:
        sent.extend(data)

    await connection.copy_from_query(query, output=take, format="binary")
    return await asyncio.to_thread(_decoded, sent, types)


def _decoded(sent: bytearray, types: Types) -> Columns:
    """Return the columns of a COPY: before each row stands how many values it has, before the only one its length."""
    runs = _runs_of(tuple(types.items()))
    row = np.dtype([("values", ">i2"), ("bytes", ">i4"), *runs.row.descr])
    return runs.columns(np.frombuffer(sent, row, (len(sent) - _HEADER - _TRAILER) // row.itemsize, _HEADER))


def packing(terms: Terms, types: Types) -> str:
    """Return the term with which PostgreSQL gives the numbers of a row as one value: as it sends each, one by one."""
    return " || ".join(f"int{type_[1]}send({term})" for term, type_ in zip(terms, types.values(), strict=True))


def unpacked(sent: bytes, types: Types) -> Columns:
    """Return the columns of rows that were packed and put one behind the other."""
    runs = _runs_of(tuple(types.items()))
    return runs.columns(np.frombuffer(sent, runs.row))


class _Runs(NamedTuple):
    """What stands for one row: numbers of one type that follow each other are read as one, whatever they are called."""

    row: np.dtype[np.void]
    runs: Sequence[tuple[str, np.dtype[Any], Sequence[str]]]
    """The name of each run in it, its type here, and the names of its columns."""

    def columns(self, rows: npt.NDArray[np.void]) -> Columns:
        found: dict[str, npt.NDArray[Any]] = {}
        for run, type_, names in self.runs:
            columns = rows[run].T.astype(type_, order="C")
            for place, name in enumerate(names):
                found[name] = columns[place]
        return found


@cache
def _runs_of(types: tuple[tuple[str, str], ...]) -> _Runs:
    """Return it, made once: that takes longer than to read a row by it."""
    found = [(type_, [name for name, _ in run]) for type_, run in groupby(types, key=itemgetter(1))]
    runs = [(str(place), np.dtype(type_), names) for place, (type_, names) in enumerate(found)]
    return _Runs(np.dtype([(run, type_.newbyteorder(">"), (len(names),)) for run, type_, names in runs]), runs)


def _joined(lots: Sequence[Columns]) -> Columns:
    return {name: np.concatenate([lot[name] for lot in lots]) for name in lots[0]}
