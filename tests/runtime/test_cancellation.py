"""A library cancels something of its own: whoever waits for it is not asked to end, and goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kernel.clock import SystemClock
from runtime.bus.kafka_settings import KafkaUnavailable, translated
from runtime.cancellation import BrokenOff, all_of
from runtime.database import Database, Settings
from runtime.pauses import Pauses
from runtime.singletons import run_alone

AT_ONCE = Pauses(first=0.0, longest=0.0)


def a_database(folder: Path) -> Database:
    return Database(Settings(url=f"sqlite+aiosqlite:///{folder}/harbour.db"), service="harbour", clock=SystemClock())


async def wait_for_what_is_cancelled() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


@pytest.mark.asyncio
async def test_what_the_client_of_kafka_cancels_is_a_failure_like_any_other() -> None:
    with pytest.raises(KafkaUnavailable, match="broke off"), translated():
        await wait_for_what_is_cancelled()


@pytest.mark.asyncio
async def test_a_task_that_is_asked_to_end_ends() -> None:
    async def wait() -> None:
        with translated():
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])

    assert waiting.cancelled()


@pytest.mark.asyncio
async def test_a_job_that_is_broken_off_by_something_cancelled_is_run_again(tmp_path: Path) -> None:
    database = a_database(tmp_path)
    runs = 0
    again = asyncio.Event()

    async def job() -> None:
        nonlocal runs
        runs += 1
        if runs > 1:
            again.set()
            await asyncio.Event().wait()
        await wait_for_what_is_cancelled()

    alone = asyncio.create_task(run_alone(database, [job], pauses=AT_ONCE))
    async with asyncio.timeout(10):
        await again.wait()
    alone.cancel()
    await asyncio.wait([alone])


@pytest.mark.asyncio
async def test_a_job_that_fails_while_it_is_ended_does_not_keep_the_others_from_ending(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def job() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            raise ConnectionResetError("the broker was gone already")

    alone = asyncio.create_task(run_alone(a_database(tmp_path), [job], pauses=AT_ONCE))
    await begun.wait()
    alone.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait([alone])

    assert alone.cancelled()


@pytest.mark.asyncio
async def test_of_several_things_at_once_one_that_is_broken_off_is_a_failure_and_ends_the_others() -> None:
    others_end = asyncio.Event()

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            others_end.set()

    with pytest.raises(BrokenOff):
        await all_of(wait(), wait_for_what_is_cancelled())

    assert others_end.is_set()


@pytest.mark.asyncio
async def test_several_things_at_once_return_what_each_returned() -> None:
    async def name(what: str) -> str:
        return what

    assert await all_of(name("trước"), name("sau")) == ["trước", "sau"]
