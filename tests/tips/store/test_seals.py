"""Kept hashes of the Merkle tree are those that all leaves give, however the ledger grew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import delete, func, select

from kernel.clock import SetClock
from lanhmanh.ledger_check import is_consistent, is_included
from runtime.database import Database, Write, insert_rows
from services.tips.domain.refusals import LedgerIncomplete
from services.tips.ledger.merkle import Span, consistency_spans, inclusion_spans
from services.tips.store import seals
from services.tips.store.seals import NodeRow, hashes_of, keep_nodes
from services.tips.store.tips import TipRow
from tests.rig import MORNING, a_database
from tests.tips.ledger.test_merkle import root_of

pytestmark = pytest.mark.asyncio

TIP = TipRow.__table__  # type: ignore[attr-defined]
NODE = NodeRow.__table__  # type: ignore[attr-defined]
SIZES = [1, 3, 4, 6, 16, 63, 70]


def leaf_at(position: int) -> bytes:
    return sha256(position.to_bytes(8, "big")).digest()


async def add_leaves(tx: Write, start: int, end: int) -> None:
    blank = dict.fromkeys(column.name for column in TIP.columns if column.nullable)
    same = {"unit_id": uuid4(), "responsible_id": uuid4(), "year": 2026, "number": "", "channel": "hotline"}
    same |= {"readable": True, "state": "received", "received_at": MORNING, "salt": b"", "digest": b"", "chain": b""}
    same |= {"signing_key": "", "etag": 1, "recorded_at": tx.recorded_at, "revision": tx.number, "paused": 0}
    same |= {"reached_id": uuid4(), "reached_at": MORNING, "remote": False, "informant_known": False, "extensions": []}
    rows = [
        blank | same | {"id": uuid4(), "place": one, "entry": one, "position": one, "leaf": leaf_at(one)}
        for one in range(start + 1, end + 1)
    ]
    await insert_rows(tx.connection, TIP, rows)


@pytest_asyncio.fixture
async def database(database_url: str, clock: SetClock) -> AsyncIterator[Database]:
    async with a_database(database_url, service="tips", clock=clock) as opened:
        yield opened


async def grow(database: Database, sizes: list[int]) -> None:
    before = 0
    for size in sizes:
        start = before

        async def grown(tx: Write, start: int = start, size: int = size) -> None:
            await add_leaves(tx, start, size)
            await keep_nodes(tx, start, size)

        await database.write(grown)
        before = size


async def test_roots_and_proofs_over_three_kept_levels(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "STEP", 2)
    await grow(database, SIZES)
    leaves = [leaf_at(one) for one in range(1, SIZES[-1] + 1)]
    roots = {size: root_of(leaves[:size]) for size in SIZES}

    async with database.read() as read:
        for size in SIZES:
            assert await hashes_of(read, [Span(0, size)]) == [roots[size]]
        for place in (0, 3, 4, 62, 64, SIZES[-1] - 1):
            path = await hashes_of(read, inclusion_spans(place, SIZES[-1]))
            assert is_included(leaves[place], place, SIZES[-1], path, roots[SIZES[-1]])
        for size in SIZES:
            path = await hashes_of(read, consistency_spans(size, SIZES[-1]))
            assert is_consistent(size, SIZES[-1], (roots[size], roots[SIZES[-1]]), path)
        levels = await read.execute(select(NODE.c.level, func.count()).group_by(NODE.c.level).order_by(NODE.c.level))
        assert [tuple(row) for row in levels] == [(2, 17), (4, 4), (6, 1)]


async def test_an_entry_that_is_gone_is_named_and_nothing_is_sealed_over_it(database: Database) -> None:
    await grow(database, [300])

    async def taken(tx: Write) -> None:
        await tx.execute(delete(TIP).where(TIP.c.position == 290))

    await database.write(taken)

    async with database.read() as read:
        with pytest.raises(LedgerIncomplete) as refused:
            await hashes_of(read, [Span(0, 300)])
    assert "290" in refused.value.say("en").detail
