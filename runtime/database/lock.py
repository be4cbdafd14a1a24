"""Be the only one of all replicas to do something."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from runtime.database.database import Database

_RETRY_SECONDS = 1.0


@asynccontextmanager
async def held_lock(database: Database, name: str) -> AsyncIterator[None]:
    """Wait until this process is the only one of the service to hold the lock `name`, and hold it.

    PostgreSQL: a session's advisory lock, let go when the process or its connection dies.
    SQLite: the file lock has already made this process the only one.
    """
    if database.settings.is_sqlite():
        yield
        return
    key = zlib.crc32(f"{database.service}/{name}".encode())
    async with database.connection_of_its_own() as connection:
        # Asked again and again rather than waited for: a waiting statement would hold the connection for hours.
        while not (await connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key})).scalar_one():  # noqa: ASYNC110
            await asyncio.sleep(_RETRY_SECONDS)
        try:
            yield
        finally:
            await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
