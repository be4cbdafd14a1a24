"""Whoever follows a database by its numbers sees every change once (issue 3, must show 5)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial

import pytest
import pytest_asyncio

from kernel.clock import SystemClock
from runtime.database import Database, Write
from runtime.http.pages import rows_after
from tests.rig import a_database
from tests.runtime.lighthouse.lamps import lamp, light, lit

pytestmark = pytest.mark.asyncio

WRITERS = 16
TRANSACTIONS = 8
"""Of each writer."""
PAGE = 7
"""Rows at a time: few, so that pages end in the middle of transactions."""


class Storm(Exception):
    """Ends a transaction, or an attempt in it, that the writer wants undone."""


@pytest_asyncio.fixture
async def writers(database: Database, url: str) -> AsyncIterator[Sequence[Database]]:
    """On SQLite tasks of one process share the file; on PostgreSQL each writer is a replica with its connections."""
    if database.settings.is_sqlite():
        yield [database] * WRITERS
        return
    async with AsyncExitStack() as opened:
        replicas = (a_database(url, service="lighthouse", clock=SystemClock()) for _ in range(WRITERS))
        yield [await opened.enter_async_context(replica) for replica in replicas]


class Writer:
    """Commits some of its transactions, whole or in part, and undoes the others."""

    def __init__(self, name: int, database: Database) -> None:
        self.name = name
        self.database = database
        self.whims = random.Random(name)  # noqa: S311 - a reproducible mixture, not a secret
        self.committed: list[tuple[int, str]] = []

    async def write(self) -> None:
        for turn in range(TRANSACTIONS):
            with suppress(Storm):
                self.committed += await self.database.write(partial(self._transaction, turn=turn))

    async def _transaction(self, tx: Write, turn: int) -> list[tuple[int, str]]:
        places = [f"đèn {self.name}/{turn}/{part}" for part in range(self.whims.randint(1, 3))]
        for place in places:
            await light(tx, place)
        with suppress(Storm):
            async with tx.attempt():
                await light(tx, f"sóng {self.name}/{turn}")
                raise Storm
        # Others come to their turn between this transaction's number and its end.
        await asyncio.sleep(self.whims.random() / 1000)
        if self.whims.random() < 0.25:
            raise Storm
        return [(tx.number, place) for place in places]


class Follower:
    """Reads what has a later number than the last one it saw, as callers do with `after`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.through = 0
        self.seen: list[tuple[int, str]] = []

    async def follow(self, writing: asyncio.Future[list[None]]) -> None:
        while not writing.done():
            await self._read()
            await asyncio.sleep(0)
        while await self._read():
            pass

    async def _read(self) -> bool:
        async with self.database.read() as read:
            followed = await rows_after(read, lamp, after=self.through, limit=PAGE)
        self.seen += [(row.revision, row.place) for row in followed.rows]
        self.through = followed.through
        return bool(followed.rows)


async def test_a_reader_that_follows_misses_and_repeats_nothing_while_16_writers_commit(
    database: Database, writers: Sequence[Database]
) -> None:
    crew = [Writer(name, replica) for name, replica in enumerate(writers)]
    follower = Follower(database)

    async with asyncio.timeout(60):
        writing = asyncio.gather(*(writer.write() for writer in crew))
        await follower.follow(writing)

    committed = sorted(row for writer in crew for row in writer.committed)
    assert sorted(follower.seen) == committed == await lit(database)
    assert [revision for revision, _ in follower.seen] == sorted(revision for revision, _ in committed)
    numbers = sorted({revision for revision, _ in committed})
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_transaction_larger_than_a_page_comes_whole(database: Database) -> None:
    async def many(tx: Write) -> None:
        for index in range(2 * PAGE):
            await light(tx, f"đèn {index:02}")

    await database.write(many)
    await database.write(lambda tx: light(tx, "Kê Gà"))

    async with database.read() as read:
        first = await rows_after(read, lamp, after=0, limit=PAGE)
        second = await rows_after(read, lamp, after=first.through, limit=PAGE)

    assert (len(first.rows), first.through) == (2 * PAGE, 1)
    assert ([row.place for row in second.rows], second.through) == (["Kê Gà"], 2)


async def test_a_page_never_ends_within_a_transaction(database: Database) -> None:
    async def several(tx: Write) -> None:
        for index in range(5):
            await light(tx, f"đèn {tx.number}/{index}")

    for _ in range(2):
        await database.write(several)

    async with database.read() as read:
        followed = await rows_after(read, lamp, after=0, limit=PAGE)

    assert ({row.revision for row in followed.rows}, len(followed.rows), followed.through) == ({1}, 5, 1)
