"""What every bus promises: the same suite for the embedded bus and for Apache Kafka."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest

from runtime.database.outbox import outbox
from runtime.telemetry.trace import set_traceparent
from tests.runtime.bus.harbour import Harbour, hear, strokes_of

pytestmark = pytest.mark.asyncio

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def test_messages_of_one_key_come_in_order(harbour: Harbour) -> None:
    ships = ["Hồng Hà", "Sông Gianh", "Vàm Cỏ", "Trường Sa"]
    for stroke in range(10):
        await harbour.ring(*((ship, stroke) for ship in ships))
    subscription = await harbour.subscribe()

    heard = await hear(subscription, 40)

    await subscription.close()
    by_ship = defaultdict(list)
    for ship, stroke in strokes_of(heard):
        by_ship[ship].append(stroke)
    assert by_ship == {ship: list(range(10)) for ship in ships}


async def test_a_fetch_gives_no_more_than_it_was_asked_for(harbour: Harbour) -> None:
    await harbour.ring(*(("Hồng Hà", stroke) for stroke in range(5)))
    subscription = await harbour.subscribe()
    await hear(subscription, 1)

    fetched = await subscription.fetch(2)

    await subscription.close()
    assert 1 <= len(fetched) <= 2


async def test_a_message_arrives_as_it_left(harbour: Harbour) -> None:
    set_traceparent(TRACE)
    await harbour.ring(("Hồng Hà", 8))
    subscription = await harbour.subscribe()

    (message,) = await hear(subscription, 1)

    await subscription.close()
    async with harbour.producer.read() as read:
        sent = (await read.execute(outbox.select())).one()
    arrived = (message.event_id, message.type, message.source, message.key, message.data, message.topic)
    assert arrived == (sent.event_id, sent.type, sent.source, sent.key, sent.data, sent.topic)
    assert (message.time, message.traceparent) == (sent.recorded_at, TRACE)


async def test_a_waiting_subscription_is_woken_by_each_message(harbour: Harbour) -> None:
    subscription = await harbour.subscribe()

    # Many rounds, because in some the message is there before the subscription begins to wait.
    for stroke in range(10):
        waiting = asyncio.create_task(hear(subscription, 1))
        await harbour.ring(("Vàm Cỏ", stroke))
        assert strokes_of(await waiting) == [("Vàm Cỏ", stroke)]

    await subscription.close()


async def test_a_new_subscription_after_a_failure_gets_what_was_not_committed_again(harbour: Harbour) -> None:
    await harbour.ring(*(("Hồng Hà", stroke) for stroke in range(4)))
    resumed = await harbour.subscribe()
    await harbour.commit(resumed, (await hear(resumed, 2))[0])

    heard = []
    for _ in range(2):
        await resumed.close()
        resumed = await harbour.subscribe()
        heard.append(strokes_of(await hear(resumed, 3)))

    await resumed.close()
    assert heard == [[("Hồng Hà", stroke) for stroke in (1, 2, 3)]] * 2


async def test_what_was_not_committed_comes_again_after_a_restart(harbour: Harbour) -> None:
    await harbour.ring(("Hồng Hà", 1), ("Hồng Hà", 2))
    before = await harbour.subscribe()
    await hear(before, 2)
    await before.close()

    after = await harbour.subscribe()

    assert strokes_of(await hear(after, 2)) == [("Hồng Hà", 1), ("Hồng Hà", 2)]
    await after.close()


async def test_a_restart_resumes_after_the_last_commit(harbour: Harbour) -> None:
    await harbour.ring(*(("Hồng Hà", stroke) for stroke in range(4)))
    before = await harbour.subscribe()
    heard = await hear(before, 4)
    await harbour.commit(before, heard[2])
    await before.close()

    after = await harbour.subscribe()

    assert strokes_of(await hear(after, 1)) == [("Hồng Hà", 3)]
    await after.close()


async def test_a_new_consumer_starts_at_the_beginning(harbour: Harbour) -> None:
    await harbour.ring(("Hồng Hà", 1))
    first = await harbour.subscribe("pilot")
    await harbour.commit(first, (await hear(first, 1))[-1])
    await first.close()

    late = await harbour.subscribe("customs")

    assert strokes_of(await hear(late, 1)) == [("Hồng Hà", 1)]
    await late.close()


async def test_two_consumers_each_get_everything(harbour: Harbour) -> None:
    pilot, customs = await harbour.subscribe("pilot"), await harbour.subscribe("customs")
    await harbour.ring(*(("Hồng Hà", stroke) for stroke in range(6)))

    heard = [strokes_of(await hear(subscription, 6)) for subscription in (pilot, customs)]

    await pilot.close()
    await customs.close()
    assert heard == [[("Hồng Hà", stroke) for stroke in range(6)]] * 2


async def test_the_lag_is_what_was_not_handled(harbour: Harbour) -> None:
    await harbour.ring(*(("Hồng Hà", stroke) for stroke in range(5)))
    subscription = await harbour.subscribe()
    heard = await hear(subscription, 5)
    await harbour.commit(subscription, heard[1])
    await subscription.close()

    resumed = await harbour.subscribe()

    assert await resumed.lag() == 3
    await resumed.close()
