"""Wake waiting tasks after a commit, without polling and without missing a ring."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Wakeup:
    """Counts rings, so that a ring between looking and waiting is not lost."""

    def __init__(self) -> None:
        self.rings = 0
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake everyone who waits."""
        self.rings += 1
        event, self._event = self._event, asyncio.Event()
        event.set()

    async def after(self, seen: int, *, at_most: float | None = None, crowd: float = 0) -> None:
        """Wait until there were more rings than `seen` (a value of `rings` read before looking).

        After `at_most` seconds it returns without one: for who also looks for what rings no bell here. After a ring it
        waits `crowd` seconds for others to come: with hundreds of commits a second, a look at each would cost.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                while self.rings == seen:
                    await self._event.wait()
        if self.rings != seen and crowd:
            await asyncio.sleep(crowd)
