"""Do what an instant brings about: once, in one process of all replicas, and afterwards if nobody was there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Generic, TypeVar

from runtime.database import Database, Read, Write

T = TypeVar("T")

LONGEST_SECONDS = 5.0
"""How long it sleeps at most: other replicas commit too and ring no bell here, and a clock may be set."""

CROWD_SECONDS = 0.25
"""How long it lets commits come before it looks what they changed: one look serves a crowd of them."""


Act = Callable[[Database], Awaitable[T]]


def written(act: Callable[[Write, datetime], Awaitable[T]]) -> Act[T]:
    """Return an act for a watch that is one transaction: it is given that, and the instant (now)."""
    return lambda database: database.write(lambda tx: act(tx, database.clock.now()))


class Watch(Generic[T]):
    """Waits for the next instant at which something is to be done, and does it: run it by `run_alone`."""

    def __init__(
        self,
        database: Database,
        *,
        next_at: Callable[[Read], Awaitable[datetime | None]],
        act: Act[T],
        committed: Callable[[T], None] | None = None,
    ) -> None:
        """Take what is watched.

        `next_at` returns when something is to be done next, past or future. `act` does some of what the instant asks
        for, in one transaction with the mark that it is done, and returns what it did: something false for nothing.
        `committed` is told of it when it is durable.
        """
        self._database = database
        self._next_at = next_at
        self._act = act
        self._committed = committed

    async def run(self) -> None:
        """Watch until cancelled, or until the database fails."""
        while True:
            await self._catch_up_or_wait()

    async def catch_up(self) -> bool:
        """Do all that is to be done by now. Running it twice, or beside `run`, changes nothing.

        Returns false where an instant has come and its act found nothing to do.
        """
        while await self._seconds_left() <= 0:
            done = await self._act(self._database)
            if not done:
                return False
            if self._committed is not None:
                self._committed(done)
        return True

    async def next_at(self) -> datetime | None:
        """Return when something is to be done next, past or future."""
        async with self._database.read() as read:
            return await self._next_at(read)

    async def _catch_up_or_wait(self) -> None:
        rings = self._database.committed.rings
        left = await self._seconds_left()
        if left <= 0:
            if not await self.catch_up():
                # Asked again at once, it would find nothing again, as fast as the database answers.
                await asyncio.sleep(LONGEST_SECONDS)
            return
        await self._database.committed.after(rings, at_most=min(left, LONGEST_SECONDS), crowd=CROWD_SECONDS)

    async def _seconds_left(self) -> float:
        at = await self.next_at()
        return LONGEST_SECONDS if at is None else (at - self._database.clock.now()).total_seconds()
