"""What an instant brings about is done once, at its time or afterwards, and by one replica."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from kernel.clock import SetClock
from runtime.database import Database, Read, Write
from runtime.singletons import run_alone
from runtime.watch import Watch, written
from tests.rig import MORNING, a_database
from tests.runtime.conftest import SERVICE
from tests.runtime.events.keeper import AT_ONCE
from tests.runtime.lighthouse.lamps import lamp, light, lit

pytestmark = pytest.mark.asyncio

HOUR = timedelta(hours=1)


async def next_lamp(read: Read) -> datetime | None:
    """A lamp is to be lit at every full hour after the morning, five in all."""
    there = (await read.execute(select(func.count()).select_from(lamp))).scalar_one()
    return MORNING + (there + 1) * HOUR if there < 5 else None


async def light_next(tx: Write, now: datetime) -> int:
    at = await next_lamp(tx)
    if at is None or at > now:
        return 0
    await light(tx, at.isoformat())
    return 1


def a_watch(database: Database) -> Watch[int]:
    return Watch(database, next_at=next_lamp, act=written(light_next))


@asynccontextmanager
async def watching(database: Database) -> AsyncIterator[None]:
    running = asyncio.create_task(run_alone(database, [a_watch(database).run], pauses=AT_ONCE))
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def lamps(database: Database, count: int) -> list[str]:
    """Wait until so many lamps are lit."""
    async with asyncio.timeout(20):
        rings = database.committed.rings
        while len(found := await lit(database)) < count:
            await database.committed.after(rings)
            rings = database.committed.rings
    return [place for _, place in found]


async def test_nothing_is_done_before_its_instant_and_all_of_it_after_an_outage(
    database: Database, clock: SetClock
) -> None:
    watch = a_watch(database)
    clock.advance(HOUR - timedelta(microseconds=1))
    await watch.catch_up()
    before = await lit(database)
    clock.advance(timedelta(days=2))

    await watch.catch_up()
    await watch.catch_up()

    assert before == []
    assert [place for _, place in await lit(database)] == [(MORNING + n * HOUR).isoformat() for n in range(1, 6)]


async def test_a_running_watch_catches_up_by_itself(database: Database, clock: SetClock) -> None:
    clock.advance(3 * HOUR)

    async with watching(database):
        assert len(await lamps(database, 3)) == 3


async def test_an_act_that_finds_nothing_to_do_is_not_asked_for_again_at_once(
    database: Database, clock: SetClock
) -> None:
    asked = 0

    async def find_nothing(_tx: Write, _now: datetime) -> int:
        nonlocal asked
        asked += 1
        return 0

    clock.advance(HOUR)
    watch = Watch(database, next_at=next_lamp, act=written(find_nothing))
    with suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            await watch.run()

    assert asked == 1


async def test_a_commit_wakes_a_watch_that_sleeps(database: Database, clock: SetClock) -> None:
    async with watching(database):
        clock.advance(HOUR)
        await database.write(lambda tx: light(tx, "woken by hand"))

        assert len(await lamps(database, 1)) >= 1


async def test_of_two_replicas_one_acts(postgres_url: str, clock: SetClock) -> None:
    clock.advance(5 * HOUR)
    async with (
        a_database(postgres_url, service=SERVICE, clock=clock) as ours,
        a_database(postgres_url, service=SERVICE, clock=clock) as theirs,
        watching(ours),
    ):
        await lamps(ours, 5)
        clock.advance(5 * HOUR)
        async with watching(theirs):
            # The second one waits for the lock: what it finds when the first one stops is done already.
            await theirs.write(lambda tx: light(tx, "lit by hand"))

        found = [place for _, place in await lit(ours)]

    assert found == [*((MORNING + n * HOUR).isoformat() for n in range(1, 6)), "lit by hand"]
