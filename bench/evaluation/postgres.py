"""The same evaluation by PostgreSQL, on the same rows."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import polars as pl
from sqlalchemy import make_url

from bench.evaluation.frames import SQL
from bench.servers import Servers

_TABLES = """
    CREATE UNLOGGED TABLE obligation (
        place int NOT NULL, period int NOT NULL, due bigint NOT NULL, first bigint NOT NULL,
        correction bigint NOT NULL, flags int NOT NULL, reminder bigint NOT NULL);
    CREATE UNLOGGED TABLE closure (place int NOT NULL, above int NOT NULL);
"""


@asynccontextmanager
async def postgres_with(
    servers: Servers, table: pl.DataFrame, above: pl.DataFrame
) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection to a database that has the book."""
    async with servers.postgres.database() as url:
        connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(False))
        try:
            await connection.execute(_TABLES)
            for name, given in {"obligation": table, "closure": above}.items():
                lines = io.BytesIO()
                given.write_csv(lines, include_header=False)
                lines.seek(0)
                await connection.copy_to_table(name, source=lines, format="csv")
                await connection.execute(f"ANALYZE {name}")
            yield connection
        finally:
            await connection.close()


async def by_postgres(connection: asyncpg.Connection) -> None:
    """Count by subtree, period and status, into a table of this session."""
    await connection.execute(f"DROP TABLE IF EXISTS counted; CREATE TEMP TABLE counted AS {SQL}")


async def counted(connection: asyncpg.Connection) -> dict[str, list[int]]:
    """Return what was counted."""
    rows = await connection.fetch("SELECT above, period, status, n FROM counted")
    return {name: [row[name] for row in rows] for name in ("above", "period", "status", "n")}
