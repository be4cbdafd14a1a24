"""Alarms: each is raised once with its event, over replicas and failures, and kept as it was raised."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select

from kernel.clock import SetClock
from runtime import alarms
from runtime.alarms import Alarm, Looked, alarm, alarm_clock, alarm_id, set_clocks, watch_alarms
from runtime.database import Database, Write
from runtime.telemetry.metrics import Metrics
from runtime.watch import Watch
from tests.rig import MORNING, a_database, published
from tests.runtime.conftest import SERVICE
from tests.runtime.lighthouse.lamps import LampLit

pytestmark = pytest.mark.asyncio

HOUR = timedelta(hours=1)
LAMPS = [UUID(int=number) for number in range(1, 8)]
KEEPER, HARBOUR = UUID(int=77), UUID(int=78)


async def look(tx: Write, lamps: Sequence[UUID], now: datetime) -> Mapping[UUID, Looked]:  # noqa: ARG001 - the clocks say all here
    """Each lamp is to be lit an hour after the morning; an hour later the harbour is told. The first is out of use."""
    return {one: look_at(one, now) for one in lamps if one != LAMPS[0]}


def look_at(one: UUID, now: datetime) -> Looked:
    fallen = [
        Alarm(kind="dark", unit_id=to, fell_at=at, step=step, facts={"lamp": one}, event=LampLit(place=f"{one}|{step}"))
        for step, (to, at) in enumerate([(KEEPER, MORNING + HOUR), (HARBOUR, MORNING + 2 * HOUR)])
        if at <= now
    ]
    return Looked(fallen, None if len(fallen) == 2 else MORNING + (len(fallen) + 1) * HOUR)


def a_watch(database: Database, metrics: Metrics | None = None) -> Watch[Any]:
    return watch_alarms(database, metrics or Metrics(SERVICE), look)


async def wind(database: Database, at: datetime | None, lamps: Sequence[UUID] = LAMPS) -> None:
    """Set the clocks of lamps."""

    async def work(tx: Write) -> None:
        await set_clocks(tx, dict.fromkeys(lamps, at))

    await database.write(work)


@pytest_asyncio.fixture
async def wound(database: Database) -> AsyncIterator[Database]:
    """A database in which each lamp is looked at one o'clock after the morning."""
    await wind(database, MORNING + HOUR)
    yield database


async def rows(database: Database, table: Any = alarm) -> Sequence[Any]:
    async with database.read() as read:
        return (await read.execute(select(table))).all()


async def raised(database: Database) -> list[tuple[UUID, int]]:
    """Return what is kept, and make sure that exactly this was published."""
    kept = sorted((row.subject_id, row.step) for row in await rows(database))
    assert sorted(one["place"] for _, one in await published(database)) == sorted(f"{one}|{step}" for one, step in kept)
    return kept


def all_lamps(*steps: int) -> list[tuple[UUID, int]]:
    return [(one, step) for one in LAMPS[1:] for step in steps]


async def test_nothing_is_raised_before_its_instant_and_each_step_at_its_own(wound: Database, clock: SetClock) -> None:
    seen = []
    for left in (HOUR - timedelta(microseconds=1), timedelta(microseconds=1), HOUR):
        clock.advance(left)
        await a_watch(wound).catch_up()
        seen.append(await raised(wound))

    assert seen == [[], all_lamps(0), all_lamps(0, 1)]
    assert await rows(wound, alarm_clock) == [], "whoever has nothing to come is not looked at again"


async def test_after_an_outage_each_step_is_raised_once_however_often_it_is_looked_at(
    wound: Database, clock: SetClock
) -> None:
    clock.advance(timedelta(days=3))
    await a_watch(wound).catch_up()
    await wind(wound, clock.now())
    await a_watch(wound).catch_up()

    assert await raised(wound) == all_lamps(0, 1)


async def test_an_alarm_is_kept_as_it_was_raised(wound: Database, clock: SetClock) -> None:
    clock.advance(5 * HOUR)
    await a_watch(wound).catch_up()

    row = next(row for row in await rows(wound) if (row.subject_id, row.step) == (LAMPS[3], 1))

    assert (row.kind, row.unit_id, row.facts) == ("dark", HARBOUR, {"lamp": str(LAMPS[3])})
    assert row.fell_at == MORNING + 2 * HOUR
    assert row.recorded_at - clock.now() < timedelta(seconds=1)
    assert row.alarm_id == alarm_id("dark", LAMPS[3], MORNING + 2 * HOUR, 1)


async def test_every_part_of_what_fell_due_makes_it_another_alarm() -> None:
    one = ("dark", LAMPS[1], MORNING, 1)
    others = [("dim", *one[1:]), ("dark", LAMPS[2], MORNING, 1), ("dark", LAMPS[1], MORNING + HOUR, 1), (*one[:3], 2)]

    assert len({alarm_id(*each) for each in (one, *others)}) == 5
    assert alarm_id(*one) == UUID("cd8c0ceb-328a-59ec-8e7b-de4f2f0a7b5b"), "or all are raised again"


async def test_what_fails_before_the_commit_leaves_nothing_and_is_raised_later(
    wound: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(HOUR)
    with monkeypatch.context() as broken:
        broken.setattr(alarms, "set_clocks", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await a_watch(wound).catch_up()
    before = await raised(wound)
    await a_watch(wound).catch_up()

    assert before == []
    assert await raised(wound) == all_lamps(0)


async def test_what_is_raised_is_counted_once_by_its_kind(wound: Database, clock: SetClock) -> None:
    metrics = Metrics(SERVICE)
    clock.advance(HOUR)
    await a_watch(wound, metrics).catch_up()
    await wind(wound, clock.now())
    await a_watch(wound, metrics).catch_up()

    assert metrics.registry.get_sample_value(
        "lanhmanh_alarms_raised_total", {"service": SERVICE, "kind": "dark"}
    ) == len(LAMPS[1:])


async def test_a_clock_that_is_set_again_rings_at_the_new_instant_only(wound: Database, clock: SetClock) -> None:
    await wind(wound, MORNING + 9 * HOUR, LAMPS[:4])
    await wind(wound, None, LAMPS[4:])
    clock.advance(3 * HOUR)
    await a_watch(wound).catch_up()
    before = await raised(wound)
    clock.advance(6 * HOUR)
    await a_watch(wound).catch_up()

    assert before == []
    assert {one for one, _ in await raised(wound)} == set(LAMPS[1:4])


async def test_few_are_looked_at_in_one_transaction(
    wound: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "AT_ONCE", 2)
    clock.advance(2 * HOUR)
    await a_watch(wound).catch_up()

    by_transaction: dict[int, set[UUID]] = {}
    for row in await rows(wound):
        by_transaction.setdefault(row.revision, set()).add(row.subject_id)
    assert sorted(map(len, by_transaction.values())) == [1, 1, 2, 2]
    assert await raised(wound) == all_lamps(0, 1)


async def test_two_replicas_that_act_at_once_raise_once(postgres_url: str, clock: SetClock) -> None:
    async with (
        a_database(postgres_url, service=SERVICE, clock=clock) as ours,
        a_database(postgres_url, service=SERVICE, clock=clock) as theirs,
    ):
        for hour in range(1, 9):
            clock.set(MORNING + hour * HOUR)
            await wind(ours, clock.now())
            await asyncio.gather(*(a_watch(one).catch_up() for one in (ours, theirs, ours, theirs)))

        assert await raised(ours) == all_lamps(0, 1)
