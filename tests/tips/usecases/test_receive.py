"""Tips are kept in the order of one ledger, whoever writes besides and whatever comes again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from random import Random
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from kernel.clock import Clock, SetClock
from kernel.ids import new_id
from runtime.database import Database, Settings, Write
from runtime.http.refusals import KeyReused
from runtime.http.request_once import Sent
from services.tips.ledger.entry import GENESIS, chained
from services.tips.store.tips import ContentRow, TipRow
from services.tips.store.told import ledger_with_tips, numbers_with_tips
from services.tips.usecases.receive_tips import Entered, Intake, Received, ReceiveTips
from services.tips.usecases.seal_tip import SealedPart
from tests.rig import published

pytestmark = pytest.mark.asyncio

T = TypeVar("T")
TIP, CONTENTS = TipRow.__table__, ContentRow.__table__  # type: ignore[attr-defined]
UNITS = {code: uuid4() for code in ("60", "68", "38")}
STEPS = 40


class Counting(Database):
    """A database that counts the transactions that look before they write."""

    long = 0

    async def write(self, work: Callable[[Write], Awaitable[T]]) -> T:
        self.long += 1
        return await super().write(work)


@pytest_asyncio.fixture
async def replicas(database_url: str, clock: SetClock) -> AsyncIterator[Sequence[Counting]]:
    """The database as its replicas have it: two, and on SQLite one."""
    settings = Settings(url=database_url, durable=False)
    found = [Counting(settings, service="tips", clock=clock) for _ in range(1 if settings.is_sqlite() else 2)]
    await found[0].open()
    yield found
    for one in found:
        await one.close()


def an_intake(clock: Clock, key: str, code: str = "60", said: bytes = b"") -> Intake:
    """Make an intake as a request brings it."""
    at = clock.now()
    return Intake(
        sent=Sent("hotline", key, said),
        tip_id=new_id(clock),
        unit_id=UNITS[code],
        unit_code=code,
        channel="phone",
        readable=True,
        received_at=at,
        due_at=at,
        content=SealedPart("key", said or key.encode()),
        informant=None,
        informant_known=False,
        salt=uuid4().bytes,
        signing_key="one",
        follow_up=uuid4().bytes,
        traceparent=None,
    )


async def somebody_writes(database: Database) -> None:
    """Take a number, as an officer's act does."""

    async def act(tx: Write) -> None:
        await tx.execute(text("SELECT 1"))

    await database.write(act)


async def ensure_whole(database: Database, received: dict[str, Entered]) -> None:
    """Make sure that all that was received, and nothing else, is in the ledger, in its order and without gaps."""
    async with database.read() as read:
        assert all([(await one(read)).differences == 0 for one in (numbers_with_tips, ledger_with_tips)])
        rows: Sequence[Any] = (await read.execute(select(TIP).order_by(TIP.c.position))).all()
        kept = set((await read.execute(select(CONTENTS.c.tip_id))).scalars())
    assert {row.id: Entered(*(getattr(row, name) for name in Entered._fields)) for row in rows} == {
        one.id: one for one in received.values()
    }
    assert kept == {row.id for row in rows}
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    chains: dict[UUID, tuple[int, bytes]] = defaultdict(lambda: (0, GENESIS))
    for row in rows:
        entries, chain = chains[row.unit_id]
        chains[row.unit_id] = (row.entry, row.chain)
        assert (row.entry, row.place, row.chain) == (entries + 1, entries + 1, chained(chain, row.leaf))
    told = [data["number"] for fact, data in await published(database) if fact == "tip.received"]
    assert told == [row.number for row in rows]


@pytest.mark.parametrize("seed", range(2))
async def test_two_replicas_officers_and_retries_leave_one_dense_ledger(
    replicas: Sequence[Counting], clock: SetClock, seed: int
) -> None:
    dice, received = Random(seed), dict[str, Entered]()  # noqa: S311
    receiving = [ReceiveTips(one) for one in replicas]
    for step in range(STEPS):
        if dice.random() < 0.2:
            await somebody_writes(dice.choice(replicas))
        keys = [f"{step}-{number}" for number in range(dice.randrange(1, 5))]
        if dice.random() < 0.3:
            keys += dice.choices([*received, *keys], k=2)
        batch = [an_intake(clock, key, dice.choice([*UNITS])) for key in keys]

        answers = await dice.choice(receiving)(batch)

        for key, answer in zip(keys, answers, strict=True):
            assert isinstance(answer, Received)
            assert answer.made.repeated == (key in received)
            assert received.setdefault(key, answer.tip) == answer.tip
    await ensure_whole(replicas[0], received)


async def test_a_batch_looks_only_where_it_cannot_know(replicas: Sequence[Counting], clock: SetClock) -> None:
    database, receive = replicas[0], ReceiveTips(replicas[0])
    looks = []

    async def received(*intakes: Intake) -> None:
        before = database.long
        await receive(intakes)
        looks.append(database.long - before)

    await received(an_intake(clock, "first"))
    await received(an_intake(clock, "second"), an_intake(clock, "third"))
    await received(an_intake(clock, "another unit", "68"))
    await received(an_intake(clock, "both", "68"), an_intake(clock, "units", "60"))
    await received(an_intake(clock, "second"))
    await somebody_writes(database)
    await received(an_intake(clock, "behind an officer"))
    await received(an_intake(clock, "last"))

    assert looks == [1, 0, 1, 0, 1, 1, 0]


@pytest.mark.parametrize("known", [True, False])
async def test_twins_in_a_batch_are_one_tip_and_another_body_is_refused(
    replicas: Sequence[Counting], clock: SetClock, known: bool
) -> None:
    receive = ReceiveTips(replicas[0])
    if known:
        await receive([an_intake(clock, "before")])

    first, twin, other = await receive([an_intake(clock, "one", said=said) for said in (b"a", b"a", b"b")])

    assert isinstance(first, Received)
    assert isinstance(twin, Received)
    assert (first.made.repeated, twin.made.repeated, twin.tip) == (False, True, first.tip)
    assert isinstance(other, KeyReused)
