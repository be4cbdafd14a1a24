"""What a database does when it fails under a transaction, and what it does not try again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import bindparam, literal, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import create_async_engine

from kernel.clock import SetClock
from runtime.database import Database, Instant, Write
from runtime.database.failure import is_passing
from runtime.database.outbox import outbox
from runtime.database.revision import revision
from tests.rig import a_database, published
from tests.runtime.lighthouse.lamps import lamp, light, lit

pytestmark = pytest.mark.asyncio


class Flaky:
    """Lights a lamp, and fails the first times at the end of its work."""

    def __init__(self, place: str, *failures: BaseException) -> None:
        self.place = place
        self.failures = list(failures)
        self.runs = 0

    async def __call__(self, tx: Write) -> UUID:
        self.runs += 1
        lamp_id = await light(tx, self.place)
        if self.failures:
            raise self.failures.pop(0)
        return lamp_id


def sqlite_error(code: int) -> OperationalError:
    """Return an error of SQLite as SQLAlchemy hands it on."""
    error = sqlite3.OperationalError("the weather")
    error.sqlite_errorcode = code
    return OperationalError("INSERT", {}, error)


async def test_a_transaction_is_run_again_whole_when_the_database_fails_under_it(database: Database) -> None:
    work = Flaky("Kê Gà", ConnectionResetError(), sqlite_error(sqlite3.SQLITE_BUSY))

    await database.write(work)

    assert work.runs == 3
    assert await lit(database) == [(1, "Kê Gà")]
    assert len(await published(database)) == 1


async def test_a_database_that_keeps_failing_is_not_asked_for_ever(database: Database) -> None:
    work = Flaky("Kê Gà", *[ConnectionResetError() for _ in range(9)])

    with pytest.raises(ConnectionResetError):
        await database.write(work)

    assert work.runs == 3
    assert await lit(database) == []


async def test_work_that_fails_by_itself_is_not_run_again(database: Database) -> None:
    work = Flaky("Kê Gà", ValueError("fog"))

    with pytest.raises(ValueError, match="fog"):
        await database.write(work)

    assert work.runs == 1


async def test_what_the_database_refuses_is_not_run_again(database: Database) -> None:
    await database.write(Flaky("Kê Gà"))
    twin = Flaky("Kê Gà")

    with pytest.raises(IntegrityError):
        await database.write(twin)

    assert twin.runs == 1


async def test_a_connection_that_the_server_ends_is_replaced(postgres_url: str, clock: SetClock) -> None:
    runs = 0

    async def cut_off_once(tx: Write) -> None:
        nonlocal runs
        runs += 1
        await light(tx, "Kê Gà")
        if runs == 1:
            await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async with a_database(postgres_url, service="lighthouse", clock=clock) as database:
        await database.write(cut_off_once)

        assert runs == 2
        assert await lit(database) == [(1, "Kê Gà")]


async def test_a_glance_whose_connection_the_server_ended_is_made_again(postgres_url: str, clock: SetClock) -> None:
    own = text("SELECT pg_backend_pid() AS pid")
    async with a_database(postgres_url, service="lighthouse", clock=clock) as database:
        before = (await database.glance(own)).pid
        await database.write(lambda tx: tx.execute(text(f"SELECT pg_terminate_backend({before})")))

        assert (await database.glance(own)).pid != before


async def test_a_glance_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError):
        await database.glance(update(revision).values(number=7).returning(revision.c.number))


async def test_a_glance_is_given_values_and_tells_by_name_and_place(database: Database) -> None:
    newest = select(revision.c.number.label("found")).where(revision.c.number >= bindparam("least"))

    found = await database.glance(newest, {"least": 0})

    assert (found.found, found[0]) == (0, 0)
    with pytest.raises(AttributeError):
        _ = found.lost


async def test_glances_at_once_wait_for_each_other(database: Database) -> None:
    numbers = select(revision.c.number)

    assert {one.number for one in await asyncio.gather(*[database.glance(numbers) for _ in range(20)])} == {0}


async def test_a_glance_takes_no_values_that_only_the_program_knows(database: Database, clock: SetClock) -> None:
    with pytest.raises(TypeError, match="as the driver knows them"):
        await database.glance(select(literal(clock.now(), Instant)))


async def test_a_glance_sees_what_was_committed_before_it_and_holds_on_to_nothing(database: Database) -> None:
    seen = select(revision.c.number, revision.c.epoch)
    before = await database.glance(seen)

    for number in range(1, 4):
        await database.write(lambda tx: light(tx, f"ngọn {tx.number}"))
        assert await database.glance(seen) == (number, before.epoch)
    assert isinstance(before.epoch, UUID)


async def test_a_transaction_that_is_run_again_gives_its_events_the_same_ids(database: Database) -> None:
    ids: list[UUID] = []

    async def flushed_then_failed(tx: Write) -> None:
        await light(tx, "Kê Gà")
        if not ids:
            await tx.flush("lighthouse")
            ids.extend((await tx.execute(outbox.select())).scalars(2))
            raise ConnectionResetError

    await database.write(flushed_then_failed)

    async with database.read() as read:
        assert list((await read.execute(outbox.select())).scalars(2)) == ids


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY_SNAPSHOT]
)
async def test_a_busy_or_full_disk_passes(code: int) -> None:
    assert is_passing(sqlite_error(code))


async def test_a_full_pool_and_a_closed_door_pass() -> None:
    assert is_passing(PoolExhausted())
    assert is_passing(ConnectionRefusedError())


async def test_a_missing_table_does_not_pass(database: Database) -> None:
    async def ask(tx: Write) -> None:
        await tx.execute(text("SELECT * FROM no_such_table"))

    assert not is_passing(await raised_by(database, ask))


async def test_a_number_too_large_for_its_column_does_not_pass(postgres_url: str, clock: SetClock) -> None:
    async def dazzle(tx: Write) -> None:
        await tx.execute(text("SELECT 2147483647::int + 1"))

    async def dazzle_by_parameter(tx: Write) -> None:
        await tx.execute(lamp.update().values(brightness=2**40))

    async with a_database(postgres_url, service="lighthouse", clock=clock) as database:
        assert not is_passing(await raised_by(database, dazzle))
        assert not is_passing(await raised_by(database, dazzle_by_parameter))


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03", "57P03", "53300", "08006", "28P01", "25006"])
async def test_a_server_that_is_busy_or_away_passes(postgres_url: str, clock: SetClock, state: str) -> None:
    async def fail(tx: Write) -> None:
        await tx.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'weather' USING ERRCODE = '{state}'; END $$"))

    async with a_database(postgres_url, service="lighthouse", clock=clock) as database:
        assert is_passing(await raised_by(database, fail))


async def test_a_server_that_does_not_let_us_in_passes(postgres_url: str) -> None:
    engine = create_async_engine(postgres_url.rpartition("/")[0] + "/no_such_database")

    with pytest.raises(DBAPIError) as caught:
        await engine.connect()

    await engine.dispose()
    assert is_passing(caught.value)


async def raised_by(database: Database, work: Callable[[Write], Awaitable[Any]]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - what it is, is the question
        await database.write(work)
    return caught.value
