"""The reconciliation: what is equal is said to be equal, and each thing that is missing or surplus is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import delete, insert, select, update

from kernel.clock import SetClock
from runtime.comparison import Comparison, Fact, Reconciliation, Told
from runtime.database import Database, Read
from runtime.database.outbox import outbox
from runtime.dead_letter import dead_letter
from runtime.inbox import inbox
from runtime.reconciliation.compare import reconcile
from runtime.service import Service
from tests.rig import MORNING, Tokens
from tests.runtime.events.keeper import Keeper
from tests.runtime.events.pier import Pier, lamps
from tests.runtime.lighthouse.lamps import LampLit, lamp
from tests.runtime.lighthouse.service import a_service

pytestmark = pytest.mark.asyncio

PLACES = ("Kê Gà", "Mũi Dinh", "Long Châu")


async def told(read: Read, after: int) -> Told:
    rows = await read.execute(select(lamp.c.place, lamp.c.revision).where(lamp.c.revision > after))
    return Told(Counter(Fact(LampLit.type, row.place, row.revision) for row in rows))


@pytest.fixture
def pier() -> Pier:
    return Pier()


@pytest_asyncio.fixture
async def service(listener: Database, pier: Pier, clock: SetClock, tokens: Tokens) -> Service:
    """A keeper that heard of three lamps, and told of each in its turn."""
    keeper = Keeper(listener)
    pier.land(*lamps(*PLACES))
    async with keeper.at_work(pier):
        await pier.cleared()
    bare = a_service(listener.settings.url, clock=clock, verifier=tokens.verifier())
    return replace(bare, database=listener, bus=pier, told=told, consumers=[keeper.consumer(pier)])


def between(found: Reconciliation, left: str, right: str) -> Comparison:
    (one,) = [one for one in found.comparisons if (one.left, one.right) == (left, right)]
    return one


def named(elements: Sequence[object]) -> set[tuple[object, ...]]:
    return {(one.event_id, one.key) for one in elements}  # type: ignore[attr-defined]


async def test_what_is_equal_is_no_difference(service: Service) -> None:
    found = await reconcile(service, None)

    assert found.differences == 0
    counts = {(one.left, one.right): one.compared for one in found.comparisons}
    assert counts == {("state", "outbox"): 3, (LampLit.topic, "inbox"): 3, ("inbox", "topics"): 3}


async def test_a_fact_without_its_event_is_named(service: Service) -> None:
    await service.database.mark(lambda own: own.execute(delete(outbox).where(outbox.c.key == "01 Mũi Dinh")))

    found = between(await reconcile(service, None), "state", "outbox")

    assert ([one.key for one in found.missing], found.surplus) == (["01 Mũi Dinh"], [])


async def test_an_event_without_its_fact_is_named(service: Service) -> None:
    await service.database.mark(lambda own: own.execute(delete(lamp).where(lamp.c.place == "01 Mũi Dinh")))

    found = between(await reconcile(service, None), "state", "outbox")

    assert (found.missing, [one.key for one in found.surplus]) == ([], ["01 Mũi Dinh"])


async def test_an_event_told_twice_for_one_fact_is_named(service: Service) -> None:
    async with service.database.read() as read:
        row = (await read.execute(select(outbox).where(outbox.c.key == "01 Mũi Dinh"))).mappings().one()
    again = {**row, "ordinal": row["ordinal"] + 9, "event_id": UUID(int=77)}
    await service.database.mark(lambda own: own.execute(insert(outbox).values(again)))

    found = between(await reconcile(service, None), "state", "outbox")

    assert UUID(int=77) in {one.event_id for one in found.surplus}


async def test_an_event_that_was_passed_and_not_handled_is_named(service: Service) -> None:
    await service.database.mark(lambda own: own.execute(delete(inbox).where(inbox.c.event_id == UUID(int=1))))

    found = between(await reconcile(service, None), LampLit.topic, "inbox")

    assert named(found.missing) == {(UUID(int=1), "Mũi Dinh")}


async def test_an_event_that_is_on_its_way_is_no_difference(service: Service, pier: Pier) -> None:
    pier.land(*lamps("Hòn Dấu"))

    found = await reconcile(service, None)

    assert (found.differences, found.unhandled) == (0, 1)


async def test_what_was_handled_and_lies_in_no_topic_is_named(service: Service) -> None:
    ghost = {"consumer": "keeper", "event_id": UUID(int=99), "recorded_at": MORNING}
    await service.database.mark(lambda own: own.execute(insert(inbox).values(ghost)))

    found = between(await reconcile(service, None), "inbox", "topics")

    assert named(found.missing) == {(UUID(int=99), "")}


async def test_what_was_put_aside_is_told_and_not_missing(service: Service, pier: Pier, listener: Database) -> None:
    keeper = Keeper(listener, failures={"Hòn Dấu": [ValueError("sương")] * 9, "Tiên Sa": [ValueError("sương")] * 9})
    pier.land(*lamps("Hòn Dấu", "Tiên Sa"))
    async with keeper.at_work(pier):
        await pier.cleared()
    discarded = update(dead_letter).where(dead_letter.c.key == "Tiên Sa").values(discarded_at=MORNING)
    await listener.mark(lambda own: own.execute(discarded))

    found = await reconcile(service, None)

    assert (found.differences, found.put_aside, found.discarded) == (0, [UUID(int=3)], [UUID(int=4)])


async def test_since_an_instant_only_what_was_told_afterwards_is_compared(
    service: Service, pier: Pier, clock: SetClock
) -> None:
    await service.database.mark(lambda own: own.execute(delete(outbox).where(outbox.c.key == "01 Mũi Dinh")))
    clock.set(MORNING + timedelta(days=2))
    pier.land(*lamps("Hòn Dấu"))
    async with Keeper(service.database).at_work(pier):
        await pier.cleared()

    found = await reconcile(service, MORNING + timedelta(days=1))

    assert found.differences == 0
    assert between(found, "state", "outbox").compared == 1
