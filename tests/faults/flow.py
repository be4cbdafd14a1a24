"""Whether the whole way works: something of each kind is sent now, acknowledged, and takes effect at its reader."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg

from tests.faults.driver import AGAIN_SECONDS, COME_AGAIN, Driver
from tests.faults.mail import Mail
from tests.faults.stream import Letter
from tests.faults.world import World, until

_TIPS = 24
"""So many at once that hardly ever a partition is left out, wherever it may have got stuck."""
_REPORTS = 4
_LOOK_SECONDS = 0.1


class Flow:
    """Sends what tells whether it works, beside the stream."""

    def __init__(self, world: World, driver: Driver, mail: Mail) -> None:
        self.world = world
        self.driver = driver
        self.mail = mail
        self.took: dict[str, float] = {}
        """How many seconds each way took the last time."""

    async def works(self) -> None:
        """Return when tips, reports, a release and a plan that are sent from now on have all taken effect."""
        self.took.clear()
        ways = {"tips": self._tips(), "reports": self._reports(), "a release": self._release(), "a plan": self._plan()}
        await asyncio.gather(*(self._timed(name, way) for name, way in ways.items()))

    async def _timed(self, name: str, way: Awaitable[None]) -> None:
        began = time.monotonic()
        await way
        self.took[name] = time.monotonic() - began

    async def _tips(self) -> None:
        letters = [next(self.mail.tips) for _ in range(_TIPS)]
        began = time.monotonic()
        receipts = await asyncio.gather(*(self.driver.acknowledged(letter) for letter in letters))
        self.took["tips acknowledged"] = time.monotonic() - began
        ids = [UUID(receipt["tip_id"]) for receipt in receipts]
        arrived = "SELECT count(DISTINCT tip_id) FROM tip_history WHERE tip_id = ANY($1)"
        await self._until(lambda: self._count(arrived, ids), len(ids))

    async def _reports(self) -> None:
        letters = [letter for letter, _ in zip(self.mail.reports, range(_REPORTS), strict=False)]
        await asyncio.gather(*(self.driver.acknowledged(letter) for letter in letters))

    async def _release(self) -> None:
        receipt = await self.driver.acknowledged(next(self.mail.releases))
        arrived = "SELECT count(*) FROM statistics_release WHERE id = $1"
        await self._until(lambda: self._count(arrived, UUID(receipt["release_id"])), 1)

    async def _plan(self) -> None:
        await self.issue(next(self.mail.plans))

    async def issue(self, letter: Letter) -> None:
        """Draft and issue a plan, and return when its obligations are all there."""
        await self.driver.acknowledged(letter)
        await _issue(self.driver, letter)
        arrived = "SELECT count(*) FROM plan WHERE slug = $1 AND generated_at IS NOT NULL"
        await self._until(lambda: self._count(arrived, letter.key), 1)

    async def _count(self, statement: str, *arguments: object) -> int:
        (row,) = await self.world.ask("reports", statement, *arguments)
        return int(row[0])

    async def _until(self, count: Callable[[], Awaitable[int]], expected: int) -> None:
        async def is_so() -> bool:
            try:
                return await count() == expected
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                # It is the database that is down.
                return False

        await until(is_so, look_seconds=_LOOK_SECONDS)


async def _issue(driver: Driver, drafted: Letter) -> None:
    """Issue a plan: whoever does not hear that it was issued looks whether it is."""
    path = f"/v1/plans/{drafted.key}"
    while True:
        found = await driver.ask("GET", path, drafted)
        if found is not None and found["state"] == "issued":
            return
        # 412: it was issued since.
        if found is not None:
            await driver.ask("POST", f"{path}/issue", drafted, again=COME_AGAIN | {412}, If_Match='"1"')
        await asyncio.sleep(AGAIN_SECONDS)
