"""Loading: how fast a national book comes out of PostgreSQL as columns, what changed of it, and out of a saved file.

It needs a PostgreSQL only, and runs alone too: `python -m bench.evaluation.loading`.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

import asyncpg
import numpy as np
import uvloop
from sqlalchemy import make_url

from bench.evaluation.kept import Kept, T, kept_book
from bench.rounds import interleaved, timed
from bench.row import Row, table
from kernel.clock import SystemClock
from lanhmanh.book.pasts import END
from runtime.database import Database
from runtime.database.columns import Columns
from runtime.reference import Reference
from services.reports.board import Board
from services.reports.board.compliance import ComplianceQuestion
from services.reports.board.kernels import make_ready
from services.reports.board.saved import restored
from services.reports.board.survey import Extent
from services.reports.store.bulk import read_bulk
from services.reports.store.columns import STATE, Known
from tests.servers.lease import Lease
from tests.servers.postgres import PostgresServer, start_postgres

_DELTAS = {1: 0.4, 1_000: 4, 100_000: 200}
"""How many milliseconds so many changed rows may take."""
_MANY = 100_000
_IN_A_ROW = {1: 100, 1_000: 5, 100_000: 1}
"""How often so many rows change, one time after the other."""
_ALL = 1 << 30
"""Of units, periods and series: nothing is opened meanwhile."""
_COLUMNS = ", ".join(STATE)


async def measure_loading(kept: Kept) -> Sequence[Row]:
    """Measure a cold load beside fetching the same as records, a restart, and what changed after a revision.

    It runs on the event loop that the service runs on. That one starts no servers: it has a thread of its own.
    """
    own = Database(kept.database.settings, service="bench", clock=SystemClock())
    return await asyncio.to_thread(lambda: uvloop.run(_measured(replace(kept, database=own))))


async def _measured(kept: Kept) -> Sequence[Row]:
    url = make_url(kept.database.settings.url).set(drivername="postgresql").render_as_string(False)
    connection = await asyncpg.connect(url)
    try:
        whole = [await _load(kept.database, connection), await _restart(kept)]
        return [*whole, *[await _delta(kept, connection, count) for count in _DELTAS]]
    finally:
        await connection.close()
        await kept.database.close()


async def _fetched(connection: asyncpg.Connection, after: int = 0) -> Columns:
    """Return the same columns as they are made of records."""
    order = "ORDER BY unit_no, period_no, series_no"
    query = f"SELECT {_COLUMNS} FROM obligation_state WHERE revision > $1 {order}"  # noqa: S608
    rows = await connection.fetch(query, after)
    return {name: np.array([row[name] for row in rows], type_) for name, type_ in STATE.items()}


async def _load(database: Database, connection: asyncpg.Connection) -> Row:
    ours = (await read_bulk(database, Known())).states
    _assert_equal(ours, await _fetched(connection))
    seconds = await interleaved(
        "load",
        {"ours": timed(partial(read_bulk, database, Known())), "records": timed(partial(_fetched, connection))},
    )
    took = {who: one * 1e3 for who, one in seconds.items()}
    return Row("evaluation", "load_vs_fetch", len(ours["flags"]), took["records"], "ms", 6, "at least", took["ours"])


async def _delta(kept: Kept, connection: asyncpg.Connection, count: int) -> Row:
    """Measure how long a board takes to read what another one wrote, and to take it in."""
    board = Board(kept.database, Reference(kept.database), SystemClock())
    question = ComplianceQuestion(Extent(kept.province, kept.plan))
    await board.ask(question)
    # What is read to compare takes another way: it is not the board's connection that then is still busy with it.
    beside = Database(kept.database.settings, service="bench", clock=SystemClock())

    async def changed_once() -> tuple[int, float]:
        newest = await connection.fetchval("SELECT number + 1 FROM revision")
        await connection.execute(_CHANGED, newest, count)
        await connection.execute("UPDATE revision SET number = $1", newest)
        if count >= _MANY:
            # As autovacuum does after so many changes.
            await connection.execute("VACUUM ANALYZE obligation_state")
        return newest, await timed(board.pull)()

    async def changed() -> float:
        # One that is read after a pause waits for processors that sleep: so it is not where reports come in.
        found = [await changed_once() for _ in range(_IN_A_ROW[count])]
        (newest, _), took = found[-1], median(took for _, took in found)
        fetched = await _fetched(connection, newest - 1)
        assert len(fetched["flags"]) == count
        known = Known(kept.epoch, newest - 1, _ALL, _ALL, _ALL)
        _assert_equal((await read_bulk(beside, known)).states, fetched)
        return took

    seconds = await interleaved(f"delta of {count}", {"ours": changed})
    await beside.close()
    return Row("evaluation", f"delta_{count}_ms", count, seconds["ours"] * 1e3, "ms", _DELTAS[count], "at most")


_CHANGED = """
    UPDATE obligation_state SET revision = $1
    WHERE id IN (SELECT id FROM obligation_state WHERE revision < $1 LIMIT $2)
"""


async def _restart(kept: Kept) -> Row:
    """Measure from opening the file to the first answer, which must be that of who saved it."""
    with tempfile.TemporaryDirectory(prefix="lanhmanh-bench-") as folder:
        file = Path(folder) / "board"
        board = Board(kept.database, Reference(kept.database), SystemClock(), file=file)
        question = ComplianceQuestion(Extent(kept.province, kept.plan, as_of=END))
        expected = (await board.ask(question)).body
        board.close()
        print(f"saved: {file.stat().st_size / 1e6:,.0f} MB", flush=True)

        def first_answer() -> bytes:
            return question.answer(restored(file), T)

        assert first_answer() == expected, "the results differ"
        seconds = await interleaved("restart", {"ours": timed(first_answer)})
    return Row("evaluation", "restart_ms", kept.communes, seconds["ours"] * 1e3, "ms", 500, "at most")


def _assert_equal(ours: Columns, theirs: Columns) -> None:
    assert ours.keys() == theirs.keys(), "the results differ"
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours), "the results differ"


def main() -> None:
    """Measure it on a PostgreSQL of its own, and print the figures."""
    make_ready()
    lease = Lease.begin()
    try:
        server = lease.obtain("PostgreSQL", start_postgres)
        print(table(asyncio.run(_alone(PostgresServer(server.address)))))
    finally:
        lease.end()


async def _alone(postgres: PostgresServer) -> Sequence[Row]:
    async with kept_book(postgres) as kept:
        return await measure_loading(kept)


if __name__ == "__main__":
    main()
