"""Do something once for all who wait for it, and never give anybody what was begun before it asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Runs of something, one at a time: whoever asks gets the result of one that began afterwards.

    So, while one run is on, all who come wait for the next one. A caller that gives up does not stop a run.
    """

    def __init__(self, run: Callable[[], Awaitable[T]]) -> None:
        self._run = run
        self._running: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def __call__(self) -> T:
        """Return the result of a run.

        Raises:
            Exception: What the run raised that this caller began. What another's raised only sends it on to the next.
        """
        while True:
            begins = self._next is None
            if self._next is None:
                self._next = asyncio.create_task(self._run_after(self._running))
            try:
                return await asyncio.shield(self._next)
            except Exception:
                if begins:
                    raise

    async def _run_after(self, before: asyncio.Task[T] | None) -> T:
        if before is not None and not before.done():
            await asyncio.wait([before])
        self._running, self._next = self._next, None
        return await self._run()
