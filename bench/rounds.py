"""Compare ways of doing the same: in turns, so that all meet the machine in the same state."""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from statistics import median

from bench.row import shown

ROUNDS = 7
"""Of each, after one that counts for nothing."""
_IN_A_ROW = 5


async def interleaved(name: str, ways: Mapping[str, Callable[[], Awaitable[float]]]) -> Mapping[str, float]:
    """Return how many seconds each way of doing the same took, as medians; tell each round.

    Each prepares itself, and returns how many seconds it then took.
    """
    # What was prepared stays until the end: the collector is not to look through it again and again.
    gc.collect()
    gc.freeze()
    took: dict[str, list[float]] = {who: [] for who in ways}
    for number in range(ROUNDS + 1):
        for who, do in ways.items():
            took[who].append(await do())
        told = ", ".join(f"{who} {shown(seconds[-1] * 1e3)} ms" for who, seconds in took.items())
        print(f"{name}, {'round ' + str(number) if number else 'to warm up'}: {told}", flush=True)
    gc.unfreeze()
    return {who: median(seconds[1:]) for who, seconds in took.items()}


def timed(do: Callable[[], object]) -> Callable[[], Awaitable[float]]:
    """Return a way that takes as long as a call does, and what it awaits."""

    async def measured() -> float:
        began = time.perf_counter()
        done = do()
        if isawaitable(done):
            await done
        return time.perf_counter() - began

    return measured


def settled(do: Callable[[], object]) -> Callable[[], Awaitable[float]]:
    """Return a way that takes as long as the middle one of some calls in a row.

    So is measured what takes milliseconds: the threads of whatever ran before still free its memory meanwhile.
    """

    async def measured() -> float:
        return median(seconds_of(do) for _ in range(_IN_A_ROW))

    return measured


def seconds_of(do: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began
