"""Many share one transaction, and each has a result of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from kernel.problems import Problem, Refusal, Words
from runtime.batch import MOST, Batch
from runtime.database import Database, Write
from tests.runtime.lighthouse.lamps import light, lit

pytestmark = pytest.mark.asyncio


class LampDim(Refusal):
    """A lamp that is refused, not a defect."""

    code = "lamp_dim"
    vi = en = Words("Dim", "Too dim.")


async def light_all(tx: Write, places: Sequence[str]) -> Sequence[str | Problem]:
    """Light lamps; what is dim is refused, and what is cursed breaks the transaction."""
    found: list[str | Problem] = []
    for place in places:
        if place.startswith("cursed"):
            raise ZeroDivisionError
        if place.startswith("dim"):
            found.append(LampDim())
            continue
        await light(tx, place)
        found.append(f"{place} in {tx.number}")
    return found


def lighting(database: Database, most: int = MOST) -> Batch[str, str]:
    return Batch(lambda places: database.write(lambda tx: light_all(tx, places)), most=most)


async def test_what_queues_while_a_transaction_runs_shares_the_next_one(database: Database) -> None:
    batch = lighting(database)

    results = await asyncio.gather(*(batch.run(f"lamp {number:02d}") for number in range(30)))

    lamps = await lit(database)
    assert [place for _, place in sorted(lamps, key=lambda one: one[1])] == [f"lamp {n:02d}" for n in range(30)]
    assert len({revision for revision, _ in lamps}) <= 2
    assert [result.partition(" in ")[0] for result in results] == [f"lamp {n:02d}" for n in range(30)]


async def test_alone_an_item_goes_at_once(database: Database) -> None:
    batch = lighting(database)

    for number in range(3):
        await batch.run(f"lamp {number}")

    assert len({revision for revision, _ in await lit(database)}) == 3


async def test_a_refused_item_leaves_the_others_alone(database: Database) -> None:
    batch = lighting(database)

    results = await asyncio.gather(
        batch.run("Kê Gà"), batch.run("dim one"), batch.run("Hòn Dấu"), return_exceptions=True
    )

    assert [isinstance(result, LampDim) for result in results] == [False, True, False]
    assert {place for _, place in await lit(database)} == {"Kê Gà", "Hòn Dấu"}


async def test_an_item_that_breaks_the_transaction_fails_alone(database: Database) -> None:
    batch = lighting(database)

    results = await asyncio.gather(
        *(batch.run(place) for place in ("Kê Gà", "cursed", "Hòn Dấu", "Long Châu")), return_exceptions=True
    )

    assert [type(result) for result in results] == [str, ZeroDivisionError, str, str]
    assert {place for _, place in await lit(database)} == {"Kê Gà", "Hòn Dấu", "Long Châu"}


async def test_a_caller_that_leaves_takes_nobody_with_it(database: Database) -> None:
    batch = lighting(database)
    leaving = asyncio.create_task(batch.run("Kê Gà"))
    staying = asyncio.create_task(batch.run("Hòn Dấu"))
    await asyncio.sleep(0)

    leaving.cancel()
    with suppress(asyncio.CancelledError):
        await leaving

    assert await staying
    assert {place for _, place in await lit(database)} == {"Kê Gà", "Hòn Dấu"}


async def test_no_batch_is_larger_than_a_transaction_should_be(database: Database) -> None:
    batch = lighting(database, most=4)

    await asyncio.gather(*(batch.run(f"lamp {number:02d}") for number in range(10)))

    revisions = [revision for revision, _ in await lit(database)]
    assert max(revisions.count(one) for one in set(revisions)) == 4
