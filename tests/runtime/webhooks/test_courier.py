"""The courier is killed, stopped, or has a twin: everything is delivered all the same, under the same ids."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.clock import SetClock
from runtime.database import Database, Write
from runtime.service import Service
from runtime.singletons import run_alone
from runtime.webhooks import courier as courier_module
from runtime.webhooks.courier import Courier
from runtime.webhooks.delivery import note_attempt
from runtime.webhooks.post import LIMIT, Post
from runtime.webhooks.subscription import add_subscription
from tests.rig import Tokens
from tests.runtime.events.keeper import AT_ONCE
from tests.runtime.http.conftest import know_units
from tests.runtime.units import THANH_HOA
from tests.runtime.webhooks.keeper import HERE, OFFERED, Keeper, a_watched_service, deliveries_are, watched
from tests.runtime.webhooks.receiver import Receiver

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def two_replicas(url: str, clock: SetClock, tokens: Tokens) -> AsyncIterator[list[Service]]:
    async with AsyncExitStack() as kept:
        both = [a_watched_service(url, clock=clock, tokens=tokens) for _ in range(2)]
        for one in both:
            kept.push_async_callback(one.database.close)
        yield both


async def test_a_crash_between_the_answer_and_the_mark_sends_again_under_the_same_id(
    thanh_hoa: Keeper, receiver: Receiver, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await thanh_hoa.subscribe(receiver.url)
    note, failures = note_attempt, [RuntimeError("pulled the plug")]

    async def crashing(*arguments: Any, **result: Any) -> None:
        if failures:
            raise failures.pop()
        await note(*arguments, **result)

    monkeypatch.setattr(courier_module, "note_attempt", crashing)
    await watched(database, "Kê Gà")

    first, second = await receiver.received(2)
    await deliveries_are(database, delivered_at=True, tries=1)

    assert first.id == second.id
    assert first.body == second.body


async def test_what_a_stopped_courier_had_on_its_way_is_sent_again_under_the_same_id(
    service: Service, receiver: Receiver
) -> None:
    database = service.database
    await subscribed(database, receiver.url)
    await watched(database, "Kê Gà")
    receiver.hangs = True
    async with a_courier(service):
        await receiver.received(1)
    receiver.hangs = False

    async with a_courier(service):
        first, second = await receiver.received(2)
        await deliveries_are(database, delivered_at=True, tries=1)

    assert first.id == second.id


async def test_an_attempt_has_a_time_limit(service: Service, receiver: Receiver) -> None:
    await subscribed(service.database, receiver.url)
    await watched(service.database, "một", "hai")
    receiver.hangs = True

    async with a_courier(service, limit=timedelta(seconds=0.2)):
        rows = await deliveries_are(service.database, tries=1)

    assert [row.last_failure for row in rows] == ["TimeoutError", "TimeoutError"]
    assert timedelta(seconds=15) == LIMIT


async def test_of_two_replicas_one_sends(
    postgres_url: str, clock: SetClock, tokens: Tokens, receiver: Receiver
) -> None:
    places = [f"đèn {number}" for number in range(20)]
    async with two_replicas(postgres_url, clock, tokens) as (ours, theirs):
        await subscribed(ours.database, receiver.url)
        async with a_courier(ours), a_courier(theirs):
            for place in places:
                await watched(ours.database, place)
            await receiver.received(20)
            await deliveries_are(ours.database, delivered_at=True)

    assert receiver.places() == places


async def test_two_that_send_all_the_same_do_so_under_one_id(
    postgres_url: str, clock: SetClock, tokens: Tokens, receiver: Receiver
) -> None:
    receiver.hangs = True
    async with two_replicas(postgres_url, clock, tokens) as (ours, theirs):
        await subscribed(ours.database, receiver.url)
        async with until_left(a_courier_of(ours).run()), until_left(a_courier_of(theirs).run()):
            await watched(ours.database, "Kê Gà")
            first, second = await receiver.received(2)

    assert first.id == second.id


async def subscribed(database: Database, url: str) -> None:
    """Subscribe for the province, without a running application."""
    await know_units(database)

    async def effect(tx: Write) -> UUID:
        return await add_subscription(
            tx, client="keeper", unit_id=THANH_HOA.unit_id, url=url, types=None, at=tx.clock.now()
        )

    await database.write(effect)


def a_courier_of(service: Service, *, limit: timedelta = LIMIT) -> Courier:
    return Courier(
        service.database,
        service.reference,
        OFFERED,
        service_secret=service.digest_secret,
        metrics=service.metrics,
        post=Post(HERE, limit=limit),
    )


@asynccontextmanager
async def a_courier(service: Service, *, limit: timedelta = LIMIT) -> AsyncIterator[None]:
    """Run a courier as a replica does."""
    courier = a_courier_of(service, limit=limit)
    async with until_left(run_alone(service.database, [courier.run], pauses=AT_ONCE)):
        yield


@asynccontextmanager
async def until_left(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    running = asyncio.create_task(work)
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
