"""Compare two ways of doing the same: in turns, so that both meet the machine in the same state."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from statistics import median

ROUNDS = 7
"""Of each, after one that counts for nothing."""


async def compare(
    name: str,
    ours: Callable[[], Awaitable[float]],
    bare: Callable[[], Awaitable[float]],
    *,
    count: int,
) -> tuple[float, float]:
    """Return how many of `count` things a second the one and the other do, as medians; tell each round.

    Each prepares itself, and returns how many seconds it then took.
    """
    # What was prepared stays until the end: the collector is not to look through it again and again.
    gc.collect()
    gc.freeze()
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(ROUNDS + 1):
        for who, do in (("ours", ours), ("bare", bare)):
            took[who].append(await do())
        told = ", ".join(f"{who} {count / seconds[-1]:,.0f}/s" for who, seconds in took.items())
        print(f"{name}, {'round ' + str(number) if number else 'to warm up'}: {told}", flush=True)
    gc.unfreeze()
    ours_median, bare_median = (count / median(took[who][1:]) for who in ("ours", "bare"))
    return ours_median, bare_median
