"""Be the only one of all replicas to do something."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.database.database import Database

_RETRY_SECONDS = 0.5
"""How often others ask for a lock, and so how soon one takes over."""
_CHECK_SECONDS = 2.0
"""How often it is asked whether the connection that holds a lock is still there, and how long the answer may take."""

Watch = Callable[[], Awaitable[None]]


@asynccontextmanager
async def held_lock(database: Database, name: str) -> AsyncIterator[Watch]:
    """Wait until this process is the only one of the service to hold the lock `name`, and hold it.

    PostgreSQL: a session's advisory lock, let go when the process or its connection dies. What is yielded runs beside
    the work until then, and raises what the database says: the connection may be cut while the process lives.
    SQLite: the file lock has already made this process the only one.
    """
    if database.settings.is_sqlite():
        yield _for_ever
        return
    key = zlib.crc32(f"{database.service}/{name}".encode())
    async with database.connection_of_its_own() as connection:
        # Asked again and again rather than waited for: a waiting statement would hold the connection for hours.
        while not (await connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key})).scalar_one():  # noqa: ASYNC110
            await asyncio.sleep(_RETRY_SECONDS)
        # It is let go with the connection: to ask for it may fail, and would hide why the work ended.
        yield partial(_until_cut, connection)


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _until_cut(connection: AsyncConnection) -> None:
    while True:
        await asyncio.sleep(_CHECK_SECONDS)
        async with asyncio.timeout(_CHECK_SECONDS):
            await connection.execute(text("SELECT 1"))
