"""Loading: how fast the states of a national book, and what changed of them, come out of PostgreSQL as columns.

It needs a PostgreSQL only, and runs alone too: `python -m bench.evaluation.loading`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
import numpy as np
from sqlalchemy import make_url

from bench.rounds import interleaved, timed
from bench.row import Row, table
from kernel.clock import SystemClock
from runtime.database import Database, Settings
from runtime.database.columns import Columns
from runtime.database.migrate import migrate
from services.reports.evaluation.history import LONG_AGO, NEVER
from services.reports.store.bulk import read_bulk
from services.reports.store.columns import STATE, Known, known_after
from services.reports.wiring import MIGRATIONS, NAME
from tests.servers.lease import Lease
from tests.servers.postgres import PostgresServer, start_postgres

UNITS, PERIODS = 3_321 * 12, 5 * 19
_A_CHUNK = 2000
"""Obligations of one revision, as the service writes them."""
_DAY = 24 * 3600 * 1_000_000
_DELTAS = {1: 0.4, 1_000: 4, 100_000: 200}
"""How many milliseconds so many changed rows may take."""
_DUE = f"{_DAY} * (18000 + 20 * period)"
_RECEIVED = f"{_DUE} + {_DAY} * (hashint4(unit * 100 + period) % 20)"
_FILL = f"""
    INSERT INTO numbered_unit SELECT unit, gen_random_uuid() FROM generate_series(0, {UNITS - 1}) unit;
    INSERT INTO numbered_period SELECT period, 'period ' || period FROM generate_series(0, {PERIODS - 1}) period;
    INSERT INTO series VALUES (0, gen_random_uuid(), 'rule', 'required', '', '', 0, 0, 1);
    INSERT INTO obligation_state (
        id, plan_id, rule, unit_id, period, requirement, title, unit_no, period_no, series_no, due,
        first_receipt_at, first_recorded_at, accepted_at, correction_due_at, flags, version, revision)
    SELECT gen_random_uuid(), (SELECT plan_id FROM series), 'rule', unit_id, key, 'required', '', unit, period, 0,
        {_DUE}, {_RECEIVED}, {_RECEIVED} + 999, CASE WHEN unit % 4 = 0 THEN {NEVER} ELSE {_RECEIVED} + {_DAY} END,
        {LONG_AGO}, 9, 2, 1 + (period * {UNITS} + unit) / {_A_CHUNK}
    FROM numbered_period p (period, key), numbered_unit u (unit, unit_id) ORDER BY period, unit;
    UPDATE revision SET number = (SELECT max(revision) FROM obligation_state), recorded_at = 1;
    ANALYZE;
"""  # noqa: S608 - numbers of our own
"""By period and then by unit: as they were opened, and not as they are wanted."""
_COLUMNS = ", ".join(STATE)


async def measure_loading(postgres: PostgresServer) -> Sequence[Row]:
    """Measure a cold load beside fetching the same as records, and what changed after a revision."""
    async with _filled(postgres) as (url, connection):
        database = Database(Settings(url=url), service=NAME, clock=SystemClock())
        try:
            return [await _load(database, connection), *[await _delta(database, connection, n) for n in _DELTAS]]
        finally:
            await database.close()


@asynccontextmanager
async def _filled(postgres: PostgresServer) -> AsyncIterator[tuple[str, asyncpg.Connection]]:
    async with postgres.database() as url:
        database = Database(Settings(url=url), service=NAME, clock=SystemClock())
        await migrate(database, MIGRATIONS)
        await database.close()
        connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(False))
        try:
            await connection.execute(_FILL)
            yield url, connection
        finally:
            await connection.close()


async def _fetched(connection: asyncpg.Connection, after: int = 0) -> Columns:
    """Return the same columns as they are made of records."""
    order = "ORDER BY unit_no, period_no, series_no"
    query = f"SELECT {_COLUMNS} FROM obligation_state WHERE revision > $1 {order}"  # noqa: S608
    rows = await connection.fetch(query, after)
    return {name: np.array([row[name] for row in rows], type_) for name, type_ in STATE.items()}


async def _load(database: Database, connection: asyncpg.Connection) -> Row:
    _assert_equal((await read_bulk(database, Known())).states, await _fetched(connection))
    seconds = await interleaved(
        "load",
        {"ours": timed(partial(read_bulk, database, Known())), "records": timed(partial(_fetched, connection))},
    )
    took = {who: one * 1e3 for who, one in seconds.items()}
    return Row("evaluation", "load_vs_fetch", UNITS * PERIODS, took["records"], "ms", 6, "at least", took["ours"])


async def _delta(database: Database, connection: asyncpg.Connection, count: int) -> Row:
    known = known_after(Known(), await read_bulk(database, Known()))
    changed = "UPDATE obligation_state SET revision = $1 WHERE id IN (SELECT id FROM obligation_state LIMIT $2)"
    await connection.execute(changed, known.revision + 1, count)
    await connection.execute("UPDATE revision SET number = $1", known.revision + 1)
    # As autovacuum does after so many changes.
    await connection.execute("VACUUM ANALYZE obligation_state")
    states = (await read_bulk(database, known)).states
    assert len(states["unit_no"]) == count
    _assert_equal(states, await _fetched(connection, known.revision))
    seconds = await interleaved(f"delta of {count}", {"ours": timed(partial(read_bulk, database, known))})
    return Row("evaluation", f"delta_{count}_ms", count, seconds["ours"] * 1e3, "ms", _DELTAS[count], "at most")


def _assert_equal(ours: Columns, theirs: Columns) -> None:
    assert ours.keys() == theirs.keys(), "the results differ"
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours), "the results differ"


def main() -> None:
    """Measure it on a PostgreSQL of its own, and print the figures."""
    lease = Lease.begin()
    try:
        server = lease.obtain("PostgreSQL", start_postgres)
        print(table(asyncio.run(measure_loading(PostgresServer(server.address)))))
    finally:
        lease.end()


if __name__ == "__main__":
    main()
