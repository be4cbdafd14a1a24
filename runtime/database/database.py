"""One way to write and one way to read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO, Any, TypeVar

from sqlalchemy import Executable
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kernel.clock import Clock
from runtime.database.additions import Additions
from runtime.database.append import appender
from runtime.database.connect import Settings, lock_engine, lock_file, reader_engine, writer_engine
from runtime.database.failure import is_passing
from runtime.database.glance import glances
from runtime.database.revision import Revision, newest, take_next
from runtime.database.together import write_together
from runtime.database.wakeup import Wakeup

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


@dataclass
class Write(Additions, Read):
    """A write transaction with its number. It commits when the work returns, and rolls back when it raises."""

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Try something within the transaction: when it raises, it alone is undone, with what it published and added.

        What it added is inserted at the end, with all else: that the database refuses it fails the transaction.
        """
        before = self.so_far()
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            self.forget_after(before)
            raise

    async def flush(self, source: str) -> None:
        """Write the added rows and the outbox rows. Called once, by the database, before the commit."""
        await write_together(self.connection, self.by_table(source))


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
        self._glances = glances(settings)
        self._appender = appender(settings)
        self._locks: AsyncEngine = lock_engine(settings)
        self._turn = asyncio.Lock()
        # PostgreSQL lets what is appended wait for facts alone, not for bookkeeping; SQLite has one writer at a time.
        self._append_turn = self._turn if settings.is_sqlite() else asyncio.Lock()
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
        await self._glances.close()
        await self._appender.close()
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
            transaction = Write(connection=connection, revision=revision, clock=self.clock)
            result = await work(transaction)
            await transaction.flush(self.service)
            return result

        return await self._shielded(self._in_turn(numbered))

    async def append(self, last: Revision, fill: Callable[[Additions], T]) -> T | None:
        """Write what `fill` adds, as one numbered transaction in one round trip, if nothing was committed since `last`.

        None, and nothing is written, if something was, or if a row is there whose key is claimed. None too if the
        database failed: it may have been written then. So whoever gets None looks, by way of `write`.
        """
        return await self._shielded(self._appended(last, fill))

    async def mark(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run bookkeeping that changes no fact (relay marks, dead letters) without a number."""
        return await self._shielded(self._in_turn(work))

    async def _shielded(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _in_turn(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self._turn:
            result = await _tried(lambda: self._written(work))
            self.committed.ring()
            return result

    async def _appended(self, last: Revision, fill: Callable[[Additions], T]) -> T | None:
        async with self._append_turn:
            additions = Additions(last.next(self.clock.now()), self.clock)
            filled = fill(additions)
            try:
                is_written = await self._appender.append(last, additions.revision, additions.by_table(self.service))
            except Exception as error:
                if not is_passing(error):
                    raise
                return None
            self.committed.ring()
            return filled if is_written else None

    async def _written(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self._writer.begin() as connection:
            return await work(connection)

    async def glance(self, statement: Executable, given: Mapping[str, Any] = MappingProxyType({})) -> Any:
        """Return the one row of a statement, which by itself sees one snapshot: one round trip instead of six.

        It is kept, and made ready only once: what differs from time to time is `given`. Its values are such as
        the database has by itself: numbers, texts, ids.
        """
        return await _tried(lambda: self._glances.row(statement, given))

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
