"""Whoever waits for a commit is woken by it, gives up after its time, and can be stopped in any instant."""

from __future__ import annotations

import asyncio

import pytest

from runtime.database.wakeup import Wakeup

pytestmark = pytest.mark.asyncio


async def test_a_ring_before_the_wait_is_not_lost() -> None:
    wakeup = Wakeup()
    seen = wakeup.rings
    wakeup.ring()

    async with asyncio.timeout(1):
        await wakeup.after(seen)


async def test_without_a_ring_the_wait_ends_after_its_time() -> None:
    wakeup = Wakeup()

    async with asyncio.timeout(5):
        await wakeup.after(wakeup.rings, at_most=0.01)


@pytest.mark.parametrize("at_most", [None, 60.0])
async def test_a_ring_in_the_same_instant_does_not_undo_a_cancellation(at_most: float | None) -> None:
    wakeup = Wakeup()
    waiting = asyncio.create_task(wakeup.after(wakeup.rings, at_most=at_most))
    await asyncio.sleep(0)

    wakeup.ring()
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
