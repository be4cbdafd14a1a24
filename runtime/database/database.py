"""One way to write and one way to read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import IO, Any, TypeVar

from sqlalchemy import Executable, FromClause
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contracts.model import Event
from kernel.clock import Clock
from runtime.database.connect import Settings, lock_engine, lock_file, reader_engine, writer_engine
from runtime.database.failure import is_passing
from runtime.database.glance import Glances
from runtime.database.outbox import Published, flush_events
from runtime.database.revision import Revision, newest, take_next
from runtime.database.rows import insert_rows
from runtime.database.wakeup import Wakeup
from runtime.telemetry.trace import current_traceparent

T = TypeVar("T")

_ATTEMPTS = 3
"""How often a transaction, or a glance, is run when the database, not the work, fails."""


@dataclass(slots=True)
class Read:
    """A read-only transaction: one snapshot."""

    connection: AsyncConnection

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run a statement."""
        return await self.connection.execute(statement, parameters)

    async def newest(self) -> Revision:
        """Return the newest point this transaction can see. Readers that follow changes read it first."""
        return await newest(self.connection)


@dataclass(slots=True)
class Write(Read):
    """A write transaction with its number. It commits when the work returns, and rolls back when it raises."""

    revision: Revision
    clock: Clock
    _events: list[Published] = field(default_factory=list)
    _rows: list[tuple[FromClause, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The transaction's number, with which every changed row is stamped."""
        return self.revision.number

    @property
    def recorded_at(self) -> datetime:
        """When this system wrote the facts of this transaction down."""
        return self.revision.recorded_at

    def publish(self, *events: Event, traceparent: str | None = None) -> None:
        """Have events published if, and only if, this transaction commits.

        `traceparent` is that of the request which caused them, where a transaction works for several.
        """
        trace = traceparent or current_traceparent()
        self._events.extend(Published(event, trace) for event in events)

    @property
    def added(self) -> int:
        """How many rows were added so far."""
        return len(self._rows)

    def add(self, table: FromClause, row: Mapping[str, Any]) -> None:
        """Have a row inserted at the end of this transaction, in one statement with all that are added to the table.

        What reads the table within the transaction does not find it.
        """
        self._rows.append((table, row))

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Try something within the transaction: when it raises, it alone is undone, with what it published and added.

        What it added is inserted at the end, with all else: that the database refuses it fails the transaction.
        """
        published, added = len(self._events), len(self._rows)
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            del self._events[published:]
            del self._rows[added:]
            raise

    async def flush(self, source: str) -> None:
        """Write the added rows and the outbox rows. Called once, by the database, before the commit."""
        added: dict[FromClause, list[Mapping[str, Any]]] = {}
        for table, row in self._rows:
            added.setdefault(table, []).append(row)
        for table, rows in added.items():
            await insert_rows(self.connection, table, rows)
        await flush_events(self.connection, self.revision, source, self._events)


class Database:
    """A service's own database: writes one at a time, in the order of their numbers."""

    def __init__(self, settings: Settings, *, service: str, clock: Clock) -> None:
        self.service = service
        self.settings = settings
        self.clock = clock
        self.committed = Wakeup()
        """Wakes whoever waits for new facts in this process."""
        self._writer: AsyncEngine = writer_engine(settings)
        self._reader: AsyncEngine = reader_engine(settings)
        # A transaction of SQLite costs no round trips.
        self._glances = None if settings.is_sqlite() else Glances(settings)
        self._locks: AsyncEngine = lock_engine(settings)
        self._turn = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()
        self._lock: IO[str] | None = None

    async def open(self) -> None:
        """Take the file lock (SQLite).

        Raises:
            DatabaseInUse: Another process has the file open.
        """
        self._lock = lock_file(self.settings)

    async def close(self) -> None:
        """Let running writes finish, then let go of everything."""
        if self._running:
            await asyncio.gather(*self._running, return_exceptions=True)
        await self._reader.dispose()
        if self._glances is not None:
            await self._glances.close()
        await self._writer.dispose()
        await self._locks.dispose()
        if self._lock is not None:
            self._lock.close()

    async def write(self, work: Callable[[Write], Awaitable[T]]) -> T:
        """Run `work` in one numbered transaction, with the outbox rows of what it publishes.

        The whole is run again when the database fails under it, so `work` must have no effect but on its transaction.
        A caller that is cancelled does not cancel the transaction: a half-run one would leave SQLite locked and
        cost PostgreSQL a reconnect.
        """

        async def numbered(connection: AsyncConnection) -> T:
            revision = await take_next(connection, self.clock.now())
            transaction = Write(connection, revision, self.clock)
            result = await work(transaction)
            await transaction.flush(self.service)
            return result

        return await self._shielded(numbered)

    async def mark(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run bookkeeping that changes no fact (relay marks, dead letters) without a number."""
        return await self._shielded(work)

    async def _shielded(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        task = asyncio.ensure_future(self._in_turn(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _in_turn(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self._turn:
            result = await _tried(lambda: self._written(work))
            self.committed.ring()
            return result

    async def _written(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self._writer.begin() as connection:
            return await work(connection)

    async def glance(self, statement: Executable, given: Mapping[str, Any] = MappingProxyType({})) -> Any:
        """Return the one row of a statement, which by itself sees one snapshot: one round trip instead of six.

        It is kept, and made ready only once: what differs from time to time is `given`. Its values are such as
        the database has by itself: numbers, texts, ids.
        """
        glances = self._glances
        if glances is None:
            return await _tried(lambda: self._read_one(statement, given))
        return await _tried(lambda: glances.row(statement, given))

    async def _read_one(self, statement: Executable, given: Mapping[str, Any]) -> Any:
        async with self._reader.connect() as connection:
            return (await connection.execute(statement, dict(given))).one()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Read]:
        """Open a read-only transaction."""
        async with self._reader.connect() as connection, connection.begin():
            yield Read(connection)

    @asynccontextmanager
    async def connection_of_its_own(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection for a lock that outlives transactions. Not for reading or writing."""
        async with self._locks.connect() as connection:
            yield connection

    async def migrate(self, run: Callable[[Any], None]) -> None:
        """Run schema changes on the writing connection. `run` gets a synchronous connection."""
        async with self._writer.begin() as connection:
            await connection.run_sync(run)


async def _tried(work: Callable[[], Awaitable[T]]) -> T:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await work()
        except Exception as error:
            if attempt == _ATTEMPTS or not is_passing(error):
                raise
    raise AssertionError("unreachable")
