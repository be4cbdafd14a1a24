"""One way to write: what a transaction promises, whoever else writes and whatever the clock does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from kernel.clock import SetClock
from kernel.ids import new_id
from runtime.database import Database, Write, insert_rows
from tests.rig import MORNING, published
from tests.runtime.lighthouse.lamps import lamp, light, lit

pytestmark = pytest.mark.asyncio

T = TypeVar("T")

WRITERS = 12
PATIENCE_SECONDS = 20


class Storm(Exception):
    """Ends a transaction that a test wants undone."""


async def note(tx: Write) -> tuple[int, str]:
    """Light a lamp named after the transaction."""
    await light(tx, f"Hòn {tx.number}")
    return tx.number, f"Hòn {tx.number}"


async def test_numbers_are_dense_and_each_belongs_to_one_transaction(database: Database) -> None:
    async def undone(tx: Write) -> tuple[int, str]:
        await note(tx)
        raise Storm

    works = [note, undone] * WRITERS

    answers = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)

    kept = sorted(answer for answer in answers if not isinstance(answer, BaseException))
    assert [number for number, _ in kept] == list(range(1, WRITERS + 1))
    assert await lit(database) == kept


async def test_numbers_become_visible_in_their_order(database: Database) -> None:
    writing = asyncio.gather(*(database.write(note) for _ in range(WRITERS)))
    seen = []
    while not writing.done():
        async with database.read() as read:
            newest = (await read.newest()).number
            rows = (await read.execute(lamp.select())).all()
        seen.append((newest, len(rows)))

    await writing
    assert all(newest == count for newest, count in seen)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(-3_000_000, 3_000_000), min_size=1, max_size=6))
async def test_recorded_at_grows_even_when_the_clock_steps_back(
    database: Database, clock: SetClock, steps: list[int]
) -> None:
    async with database.read() as read:
        before = (await read.newest()).recorded_at
    for step in steps:
        clock.advance(timedelta(microseconds=step))

        recorded_at = await database.write(lambda tx: _return(tx.recorded_at))

        assert recorded_at == max(clock.now(), before + timedelta(microseconds=1))
        before = recorded_at


async def _return(value: T) -> T:
    return value


async def test_a_transaction_that_fails_takes_no_number_and_leaves_nothing(database: Database) -> None:
    async def undone(tx: Write) -> None:
        await light(tx, "Kê Gà")
        raise Storm

    with pytest.raises(Storm):
        await database.write(undone)

    assert await lit(database) == []
    assert await published(database) == []
    assert await database.write(lambda tx: _return(tx.number)) == 1


async def test_an_attempt_that_fails_takes_back_its_rows_and_its_events_only(database: Database) -> None:
    async def three_lamps(tx: Write) -> None:
        await light(tx, "Kê Gà")
        with suppress(Storm):
            async with tx.attempt():
                await light(tx, "Mũi Dinh")
                raise Storm
        async with tx.attempt():
            await light(tx, "Vũng Tàu")

    await database.write(three_lamps)

    assert await lit(database) == [(1, "Kê Gà"), (1, "Vũng Tàu")]
    assert [data["place"] for _, data in await published(database)] == ["Kê Gà", "Vũng Tàu"]


async def test_rows_that_are_added_come_with_the_commit_without_those_of_attempts_that_failed(
    database: Database,
) -> None:
    def add(tx: Write, place: str) -> None:
        row = {"id": new_id(tx.clock), "place": place, "unit_id": None, "brightness": tx.added}
        tx.add(lamp, row | {"version": 1, "revision": tx.number})

    async def four_lamps(tx: Write) -> None:
        add(tx, "Kê Gà")
        with suppress(Storm):
            async with tx.attempt():
                add(tx, "Mũi Dinh")
                raise Storm
        async with tx.attempt():
            add(tx, "Vũng Tàu")
        # It is under way, and not in the table yet.
        assert (await tx.execute(select(func.count()).select_from(lamp))).scalar_one() == 0

    await database.write(four_lamps)

    async with database.read() as read:
        rows = await read.execute(select(lamp.c.place, lamp.c.brightness).order_by(lamp.c.brightness))
        assert [tuple(row) for row in rows] == [("Kê Gà", 0), ("Vũng Tàu", 1)]


async def test_an_attempt_that_the_database_refuses_leaves_the_transaction_usable(database: Database) -> None:
    async def twice_the_same(tx: Write) -> None:
        await light(tx, "Kê Gà")
        with suppress(IntegrityError):
            async with tx.attempt():
                await light(tx, "Kê Gà")
        await light(tx, "Long Châu")

    await database.write(twice_the_same)

    assert [place for _, place in await lit(database)] == ["Kê Gà", "Long Châu"]


async def test_a_number_outlives_the_attempts_that_fail_after_it(database: Database) -> None:
    async def with_failing_attempt(tx: Write) -> int:
        await light(tx, f"trước {tx.number}")
        with suppress(Storm):
            async with tx.attempt():
                raise Storm
        await light(tx, f"sau {tx.number}")
        return tx.number

    numbers = await asyncio.gather(*(database.write(with_failing_attempt) for _ in range(WRITERS)))

    assert sorted(numbers) == list(range(1, WRITERS + 1))
    assert sorted(revision for revision, _ in await lit(database)) == sorted([*numbers, *numbers])


async def test_a_cancelled_caller_does_not_cancel_its_transaction_nor_block_the_next(database: Database) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(tx: Write) -> None:
        entered.set()
        await go_on.wait()
        await light(tx, "Kê Gà")

    caller = asyncio.create_task(database.write(slow))
    await entered.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    after = asyncio.create_task(database.write(lambda tx: light(tx, "Hòn Dấu")))
    go_on.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await after

    assert await lit(database) == [(1, "Kê Gà"), (2, "Hòn Dấu")]


async def test_closing_waits_for_writes_that_run(database: Database) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(tx: Write) -> UUID:
        entered.set()
        await go_on.wait()
        return await light(tx, "Kê Gà")

    writing = asyncio.create_task(database.write(slow))
    await entered.wait()
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    assert not closing.done()
    go_on.set()
    await closing

    assert writing.done()
    assert isinstance(writing.result(), UUID)
    assert await lit(database) == [(1, "Kê Gà")]


async def test_a_reader_cannot_write(database: Database) -> None:
    row = {"id": UUID(int=7), "place": "Kê Gà", "brightness": 1, "version": 1, "revision": 1}
    async with database.read() as read:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await insert_rows(read.connection, lamp, [row])

    assert await lit(database) == []


async def test_a_reader_sees_one_snapshot(database: Database) -> None:
    async with database.read() as read:
        before = await read.newest()
        await database.write(note)
        after = await read.newest()

    assert before == after


async def test_bookkeeping_takes_no_number(database: Database) -> None:
    await database.mark(lambda connection: connection.execute(text("SELECT 1")))

    async with database.read() as read:
        assert (await read.newest()).number == 0


async def test_a_commit_wakes_who_waits_for_it(database: Database) -> None:
    rings = database.committed.rings
    waiting = asyncio.create_task(database.committed.after(rings))

    await database.write(note)

    async with asyncio.timeout(PATIENCE_SECONDS):
        await waiting


async def test_the_clock_of_a_transaction_is_that_of_the_database(database: Database) -> None:
    assert await database.write(lambda tx: _return(tx.clock.now())) == MORNING
