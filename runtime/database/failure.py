"""Tell a database that fails from work that the database refuses."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

_PASSING_CLASSES = ("08", "28", "3D", "40", "53", "57", "58")
"""SQLSTATE: connection, log-in, missing database, serialization, resources, operator intervention, system error."""
_PASSING_STATES = frozenset({"25006", "55P03"})
"""Read-only after a fail-over; lock timeout."""
_PASSING_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)


def is_passing(error: BaseException) -> bool:
    """Tell whether the same work may succeed when the database is asked again.

    What the database refuses (a violated constraint, a value out of range, a statement it does not understand) it
    refuses every time. The drivers' classes do not say which it is: asyncpg's errors of data are plain `DBAPIError`s,
    and SQLite's `OperationalError` is a full disk as well as a missing table.
    """
    if isinstance(error, OSError | PoolExhausted):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        primary_code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        return primary_code in _PASSING_CODES
    state = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith(_PASSING_CLASSES) or state in _PASSING_STATES
