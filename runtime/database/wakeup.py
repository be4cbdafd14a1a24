"""Wake waiting tasks after a commit, without polling and without missing a ring."""

from __future__ import annotations

import asyncio


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

    async def after(self, seen: int) -> None:
        """Wait until there were more rings than `seen` (a value of `rings` read before looking)."""
        while self.rings == seen:
            await self._event.wait()
