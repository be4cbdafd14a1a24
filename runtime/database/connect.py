"""Open the writer and the readers of a database, on SQLite or PostgreSQL, with settings that keep what was promised."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel
from sqlalchemy import NullPool, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from kernel.problems import Fault, Words

_PATIENCE_MS, _MOMENT_MS = 15_000, 100
"""How long SQLite waits for others that write: in a thread, and in the event loop, where all would wait with it."""
_IDLE_LIMIT_MS = 30_000
"""An open transaction that does nothing for so long is ended by PostgreSQL, so that no writer waits for a dead one."""


class DatabaseInUse(Fault):
    """A second process tried to open an SQLite file."""

    code = "database_in_use"
    vi = Words("Cơ sở dữ liệu đang được dùng", "Tiến trình khác đang mở {path}.", "Hãy dừng tiến trình đó trước.")
    en = Words("Database in use", "Another process has {path} open.", "Stop that process first.")


class Settings(BaseModel):
    """Where a service's database is, and how safely it writes."""

    url: str
    """`sqlite+aiosqlite:///path` or `postgresql+asyncpg://role@host/database`."""
    durable: bool = True
    """SQLite: flush each commit to disk. Only tests of other things switch it off."""
    readers: int = 4
    """How many reading connections there may be at once."""

    def is_sqlite(self) -> bool:
        # Asked before every read: not worth taking the URL apart.
        return self.url.startswith("sqlite")


def lock_file(settings: Settings) -> IO[str] | None:
    """Take the lock that keeps a second process, the command line included, away from an SQLite file.

    Raises:
        DatabaseInUse: Another process holds it.
    """
    path = make_url(settings.url).database
    if not settings.is_sqlite() or path is None:
        return None
    held = Path(f"{path}.lock").open("w")  # noqa: SIM115 - held as long as the database is open
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise DatabaseInUse(path=path) from None
    return held


def writer_engine(settings: Settings) -> AsyncEngine:
    """Return an engine of exactly one connection, on which all writes happen."""
    if settings.is_sqlite():
        engine = create_async_engine(settings.url, pool_size=1, max_overflow=0)
        # A deferred BEGIN would take the write lock at the first write and fail there, in the middle of the work.
        return _prepare_sqlite(engine, begin="BEGIN IMMEDIATE", durable=settings.durable, query_only=False)
    limits = {
        "idle_in_transaction_session_timeout": str(_IDLE_LIMIT_MS),
        "lock_timeout": "15000",
        "default_transaction_isolation": "read committed",
    }
    # Not asked first whether it is still there: a transaction that finds it gone is run again on a new one.
    return create_async_engine(settings.url, pool_size=1, max_overflow=0, connect_args={"server_settings": limits})


def lock_engine(settings: Settings) -> AsyncEngine:
    """Return an engine for locks, each with a connection of its own that PostgreSQL gives up soon after a machine died.

    With the system's own limits, a lost machine would hold its locks for two hours.
    """
    if settings.is_sqlite():
        return create_async_engine(settings.url, poolclass=NullPool)
    keepalives = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}
    return create_async_engine(
        settings.url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"server_settings": {**keepalives, "tcp_user_timeout": "10000"}},
    )


def reader_engine(settings: Settings) -> AsyncEngine:
    """Return an engine whose connections cannot write, and see one snapshot per transaction."""
    if settings.is_sqlite():
        engine = create_async_engine(settings.url, pool_size=settings.readers, max_overflow=0)
        return _prepare_sqlite(engine, begin="BEGIN", durable=settings.durable, query_only=True)
    snapshot = {"default_transaction_read_only": "on", "default_transaction_isolation": "repeatable read"}
    return create_async_engine(
        settings.url,
        pool_size=settings.readers,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"server_settings": snapshot},
    )


def connect_arguments(settings: Settings) -> Mapping[str, Any]:
    """Return what the service's own driver is given for its URL of a PostgreSQL."""
    url = make_url(settings.url)
    return url.translate_connect_args(username="user") | dict(url.query)


def open_sqlite(settings: Settings, *, query_only: bool) -> sqlite3.Connection:
    """Open a connection of SQLite's own driver, for the event loop itself."""
    path = str(make_url(settings.url).database)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for one in _pragmas(durable=settings.durable, query_only=query_only, patience_ms=_MOMENT_MS):
        connection.execute(one)
    return connection


def _pragmas(*, durable: bool, query_only: bool, patience_ms: int = _PATIENCE_MS) -> Sequence[str]:
    return (
        "PRAGMA journal_mode=WAL",
        f"PRAGMA synchronous={'FULL' if durable else 'OFF'}",
        "PRAGMA foreign_keys=ON",
        # What was destroyed (a wrapped key) must not be left in the free space of a page.
        "PRAGMA secure_delete=ON",
        f"PRAGMA busy_timeout={patience_ms}",
        # Kibibytes: what is written to comes by random keys, and is more than the two thousand of the default.
        f"PRAGMA cache_size={-2_000 if query_only else -16_000}",
        f"PRAGMA query_only={'ON' if query_only else 'OFF'}",
    )


def _prepare_sqlite(engine: AsyncEngine, *, begin: str, durable: bool, query_only: bool) -> AsyncEngine:
    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: DBAPIConnection, _record: Any) -> None:
        # The driver must not begin transactions by itself: it would begin deferred ones.
        connection.isolation_level = None
        cursor = connection.cursor()
        for one in _pragmas(durable=durable, query_only=query_only):
            cursor.execute(one)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
