"""Bulk reading: the same as row by row, in one snapshot, and nothing is lost or repeated from one read to the next."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import Any
from uuid import uuid4

import asyncpg
import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import false, select, text, update

from contracts.plan import Plan
from kernel.clock import to_micros
from runtime.database import Database, Write, columns
from runtime.database.revision import revision
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.history import LONG_AGO, NEVER, FactKind
from services.reports.store.bulk import order_of, read_bulk, read_snapshot
from services.reports.store.columns import HISTORY, KEY, OTHERS, STATE, Bulk, Known, known_after
from services.reports.store.delta import MOST, read_little
from services.reports.store.happenings import Happening, record
from services.reports.store.numbers import NumberedPeriodRow, NumberedUnitRow, SeriesRow
from services.reports.store.obligations import HistoryRow, ObligationRow
from services.reports.store.schema import metadata
from services.reports.wiring import Reports

pytestmark = pytest.mark.asyncio

STATES, FACTS, SERIES = ObligationRow.__table__, HistoryRow.__table__, SeriesRow.__table__  # type: ignore[attr-defined]
UNITS, PERIODS = NumberedUnitRow.__table__, NumberedPeriodRow.__table__  # type: ignore[attr-defined]
Way = Callable[[Known], Awaitable[Bulk]]


@pytest.fixture
def database(service: Reports) -> Database:
    return service.database


@pytest_asyncio.fixture(params=["snapshot", "statement"])
async def read(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Way]:
    """A way to read what changed: as columns in a snapshot, or by the one statement that only PostgreSQL is asked."""
    if request.param == "snapshot" or database.settings.is_sqlite():
        yield lambda known: read_snapshot(database.settings, known)
        return

    async def little(known: Known) -> Bulk:
        found = await read_little(database, known)
        assert found is not None
        return found

    yield little


async def everything(database: Database, after: int) -> tuple[list[Any], ...]:
    """Return what the service's own reading gives: states and told histories as sets of rows, and the numbered."""
    async with database.read() as read:
        states = (await read.execute(select(STATES).where(STATES.c.revision > after))).all()
        told = {row.id: row for row in states if row.flags & Flag.TOLD}
        facts = (await read.execute(select(FACTS).where(FACTS.c.obligation_id.in_(told)))).all()
        units = (await read.execute(select(UNITS.c.unit_id).order_by(UNITS.c.number))).scalars().all()
        periods = (await read.execute(select(PERIODS.c.key).order_by(PERIODS.c.number))).scalars().all()
        series = (await read.execute(select(SERIES).order_by(SERIES.c.number))).all()
    histories = [
        (
            *(told[row.obligation_id]._mapping[name] for name in KEY),
            *(row.revision, row.ordinal, row.kind, to_micros(row.occurred_at), to_micros(row.recorded_at)),
            NEVER if row.due_at is None else to_micros(row.due_at),
            row.version or 0,
            LONG_AGO if row.correction_due_at is None else to_micros(row.correction_due_at),
        )
        for row in facts
    ]
    rows = [tuple(row._mapping[name] for name in STATE) for row in states]
    named = [(*row[1:6], to_micros(row.opened_at), to_micros(row.opened_recorded_at), row.revision) for row in series]
    return sorted(rows), sorted(histories), list(units), list(periods), named


def rows_in(found: columns.Columns) -> list[tuple[int, ...]]:
    """Return columns as rows."""
    return list(zip(*(column.tolist() for column in found.values()), strict=True))


@pytest.mark.usefixtures("eventful")
async def test_all_of_it_is_what_the_rows_say_in_order(database: Database) -> None:
    bulk = await read_bulk(database, Known())

    states, told, units, periods, series = await everything(database, 0)
    assert bulk.whole
    assert (rows_in(bulk.states), rows_in(bulk.told)) == (states, told)
    assert (bulk.units, bulk.periods, bulk.series) == (units, periods, series)
    async with database.read() as read:
        assert bulk.until == await read.newest()
    for found, types in ((bulk.states, STATE), (bulk.told, HISTORY)):
        assert {name: column.dtype for name, column in found.items()} == {
            name: np.dtype(type_) for name, type_ in types.items()
        }


@pytest.mark.usefixtures("eventful")
async def test_what_changed_is_what_the_rows_say(database: Database, read: Way) -> None:
    async with database.read() as reading:
        newest = await reading.newest()
    for after in range(newest.number + 1):
        bulk = await read(Known(newest.epoch, after, 99, 99, 99))

        states, told, *_ = await everything(database, after)
        assert (sorted(rows_in(bulk.states)), sorted(rows_in(bulk.told))) == (states, told)
        assert (bulk.until, bulk.whole) == (newest, False)


@pytest.mark.usefixtures("eventful")
async def test_what_got_numbers_since_comes_with_what_changed(database: Database) -> None:
    async with database.read() as reading:
        newest = await reading.newest()
    _, _, units, periods, series = await everything(database, 0)
    before = series[-1][-1] - 1

    bulk = await read_bulk(database, Known(newest.epoch, before, units=2, periods=3, series=1))

    assert (list(bulk.units), list(bulk.periods), list(bulk.series)) == (units[2:], periods[3:], series[1:])
    states, *_ = await everything(database, before)
    assert rows_in(bulk.states) == states


async def excuse(tx: Write, one: Any) -> None:
    """Have something happen to an obligation."""
    await record(tx, {one: [Happening(FactKind.EXCUSED, tx.recorded_at)]})


@pytest.mark.usefixtures("plan")
async def test_each_change_beside_the_reading_is_in_exactly_one_of_the_reads(database: Database, read: Way) -> None:
    async with database.read() as reading:
        ids = (await reading.execute(select(STATES.c.id))).scalars().all()
        newest = await reading.newest()
    reads: list[Bulk] = []
    seen: Counter[int] = Counter()
    known = Known(newest.epoch, newest.number, 99, 99, 99)

    turns = asyncio.Semaphore(0)

    async def write() -> None:
        for one in ids:
            await turns.acquire()
            await database.write(lambda tx, one=one: excuse(tx, one))  # type: ignore[misc]

    writing = asyncio.create_task(write())
    while not reads or not writing.done() or reads[-1].until.number < newest.number + len(ids):
        for _ in range(3):
            turns.release()
        bulk = await read(known)
        # Of each obligation that changed the whole history comes.
        changes = [number for number in bulk.told["revision"].tolist() if number > known.revision]
        assert all(number <= bulk.until.number for number in changes)
        assert len(changes) == len(bulk.states["flags"])
        seen.update(changes)
        reads.append(bulk)
        known = known_after(known, bulk)
    await writing

    assert seen == dict.fromkeys(range(newest.number + 1, newest.number + 1 + len(ids)), 1)
    assert len(reads) > 2


@pytest.mark.usefixtures("plan")
async def test_a_snapshot_does_not_see_what_is_written_meanwhile(database: Database) -> None:
    async with database.read() as reading:
        (one, *_) = (await reading.execute(select(STATES.c.id))).scalars().all()
    question = "SELECT max(revision) FROM obligation_state"

    async with columns.snapshot(database.settings) as seen:
        before = await seen.rows(question)
        await database.write(lambda tx: excuse(tx, one))
        assert await seen.rows(question) == before

    async with columns.snapshot(database.settings) as seen:
        assert await seen.rows(question) != before


@pytest.mark.usefixtures("eventful")
async def test_a_new_epoch_is_read_from_the_beginning(database: Database) -> None:
    first = await read_bulk(database, Known())
    await database.mark(lambda connection: connection.execute(update(revision).values(epoch=uuid4())))

    again = await read_bulk(database, known_after(Known(), first))

    assert again.whole
    assert rows_in(again.states) == rows_in(first.states)
    assert known_after(known_after(Known(), first), again).series == len(first.series)


ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest_asyncio.fixture
async def many(database: Database, eventful: Plan) -> None:  # noqa: ARG001 - copies of its rows
    """More rows than are sent in one answer."""
    others = ", ".join(column.name for column in STATES.c if column.name != "id")
    copied = f"INSERT INTO obligation_state (id, {others}) SELECT gen_random_uuid(), {others} FROM obligation_state"  # noqa: S608
    await database.mark(lambda connection: connection.execute(text(f"{copied}, generate_series(1, {MOST // 10})")))


@ON_POSTGRES
@pytest.mark.usefixtures("plan")
async def test_it_is_known_where_anything_is_new_beside_the_standings(database: Database) -> None:
    async def others_after(work: Callable[[Write], Awaitable[Any]]) -> Collection[str]:
        async with database.read() as reading:
            newest = await reading.newest()
        await database.write(work)
        bulk = await read_little(database, Known(newest.epoch, newest.number, 99, 99, 99))
        assert bulk is not None
        return bulk.others

    async with database.read() as reading:
        (one, *_) = (await reading.execute(select(STATES.c.id))).scalars().all()
    for table in metadata.tables.values():
        key, *_ = table.c
        # A statement that happens to touch no row counts too: none is missed.
        nothing = update(table).values({key.name: key}).where(false())
        found = await others_after(lambda tx, nothing=nothing: tx.execute(nothing))  # type: ignore[misc]
        assert list(found) == ([table.name] if table.name in OTHERS else [])
    assert not await others_after(lambda tx: excuse(tx, one))


@ON_POSTGRES
@pytest.mark.usefixtures("many")
async def test_much_that_changed_is_not_sent_in_one_answer_and_read_all_the_same(database: Database) -> None:
    async with database.read() as reading:
        known = Known((await reading.newest()).epoch)

    bulk, none = await read_bulk(database, known), await read_little(database, known)

    states, told, *_ = await everything(database, 0)
    assert (rows_in(bulk.states), rows_in(bulk.told)) == (states, told)
    assert none is None


@ON_POSTGRES
@pytest.mark.usefixtures("many")
async def test_a_large_table_comes_in_parts_that_several_connections_send(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_BLOCKS", 20)
    opened = 0
    connect = asyncpg.connect

    async def counted(**given: Any) -> Any:
        nonlocal opened
        opened += 1
        return await connect(**given)

    monkeypatch.setattr(asyncpg, "connect", counted)
    bulk = await read_snapshot(database.settings, Known())

    states, *_ = await everything(database, 0)
    assert rows_in(bulk.states) == states
    assert opened == 2


@ON_POSTGRES
@pytest.mark.usefixtures("plan")
async def test_a_restore_between_two_statements_is_seen(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with database.read() as reading:
        (one, *_) = (await reading.execute(select(STATES.c.id))).scalars().all()
        newest = await reading.newest()
    await database.write(lambda tx: excuse(tx, one))
    glance, asked = database.glance, 0

    async def restored_after(*given: Any) -> Any:
        nonlocal asked
        asked += 1
        found = await glance(*given)
        await database.mark(lambda connection: connection.execute(update(revision).values(epoch=uuid4())))
        return found

    monkeypatch.setattr(database, "glance", restored_after)

    assert await read_little(database, Known(newest.epoch, newest.number, 99, 99, 99)) is None
    assert asked == 2


@ON_POSTGRES
@pytest.mark.usefixtures("plan")
async def test_a_history_is_read_up_to_the_revision_of_what_it_belongs_to(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.read() as reading:
        (one, *_) = (await reading.execute(select(STATES.c.id))).scalars().all()
        newest = await reading.newest()
    await database.write(lambda tx: excuse(tx, one))
    glance = database.glance

    async def excused_after(*given: Any) -> Any:
        found = await glance(*given)
        await database.write(lambda tx: excuse(tx, one))
        return found

    monkeypatch.setattr(database, "glance", excused_after)
    bulk = await read_little(database, Known(newest.epoch, newest.number, 99, 99, 99))

    assert bulk is not None
    assert max(bulk.told["revision"].tolist()) == bulk.until.number == newest.number + 1


@ON_POSTGRES
@pytest.mark.usefixtures("plan")
async def test_a_connection_that_was_cut_is_made_anew(database: Database) -> None:
    known = known_after(Known(), await read_bulk(database, Known()))
    await read_bulk(database, known)
    ours = "pid <> pg_backend_pid() AND query LIKE '%was_opened%'"
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}"  # noqa: S608
    await database.mark(lambda connection: connection.execute(text(cut)))

    assert (await read_bulk(database, known)).until.number == known.revision


@pytest.mark.parametrize("most", [3, 2**31])
async def test_rows_are_put_in_order_however_wide_their_numbers_are(most: int) -> None:
    keys = np.random.default_rng(7).integers(0, most, (3, 500))

    assert order_of(list(keys)).tolist() == sorted(range(500), key=lambda row: (*keys[:, row].tolist(), row))
