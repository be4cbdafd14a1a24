"""What is done once for all who wait for it."""

from __future__ import annotations

import asyncio

import pytest

from runtime.shared import Shared

pytestmark = pytest.mark.asyncio


class Runs:
    """Runs that each end when they are let; a run's result is its number."""

    def __init__(self) -> None:
        self.begun = 0
        self.at_once = 0
        self.failing: set[int] = set()
        self.let = asyncio.Semaphore(0)

    async def __call__(self) -> int:
        self.begun += 1
        number, self.at_once = self.begun, self.at_once + 1
        assert self.at_once == 1
        await self.let.acquire()
        self.at_once -= 1
        if number in self.failing:
            raise ConnectionError(number)
        return number


async def rest() -> None:
    """Let everything come as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_comes_while_a_run_is_on_shares_the_next_one() -> None:
    runs = Runs()
    shared = Shared(runs)
    first = asyncio.ensure_future(shared())
    await rest()
    later = [asyncio.ensure_future(shared()) for _ in range(40)]
    await rest()
    runs.let.release()
    await rest()
    runs.let.release()

    assert await first == 1
    assert await asyncio.gather(*later) == [2] * 40
    assert runs.begun == 2


async def test_a_failure_is_told_to_who_began_the_run_and_the_others_get_another() -> None:
    runs = Runs()
    runs.failing = {1}
    runs.let.release()
    runs.let.release()
    shared = Shared(runs)

    answers = await asyncio.gather(*(shared() for _ in range(5)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [ConnectionError, int, int, int, int]
    assert runs.begun == 2


async def test_after_a_failure_there_are_runs_as_before() -> None:
    runs = Runs()
    runs.failing = {1}
    shared = Shared(runs)
    first = asyncio.ensure_future(shared())
    await rest()
    second = asyncio.ensure_future(shared())
    runs.let.release()
    runs.let.release()

    assert await second == 2
    with pytest.raises(ConnectionError):
        await first


async def test_who_gives_up_stops_nothing() -> None:
    runs = Runs()
    shared = Shared(runs)
    impatient = asyncio.ensure_future(shared())
    await rest()
    patient = asyncio.ensure_future(shared())
    impatient.cancel()
    await rest()
    runs.let.release()
    runs.let.release()

    assert await patient == 2
    assert impatient.cancelled()
