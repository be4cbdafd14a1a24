"""Consumers: every event takes effect exactly once, none is lost, and none holds up the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, select

from runtime.bus.embedded import EmbeddedBus, offset
from runtime.consumer import COMMIT_TRIES, TRIES
from runtime.database import Database
from runtime.database.outbox import outbox
from runtime.dead_letter import dead_letter
from tests.runtime.events.keeper import Keeper, LampsCounted
from tests.runtime.events.pier import PATIENCE_SECONDS, Pier, lamps, message_of
from tests.runtime.lighthouse.lamps import LampLit, light

pytestmark = pytest.mark.asyncio

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest_asyncio.fixture
async def keeper(listener: Database) -> Keeper:
    return Keeper(listener)


async def put_aside(keeper: Keeper) -> Sequence[Any]:
    async with keeper.database.read() as read:
        return (await read.execute(select(dead_letter))).all()


async def test_a_message_delivered_twice_in_one_batch_takes_effect_once(keeper: Keeper) -> None:
    pier = Pier()
    pier.land(*lamps("Kê Gà", "Mũi Dinh"))
    pier.bring(*pier.messages)

    async with keeper.at_work(pier):
        await pier.cleared()

    assert await keeper.noted() == ["Kê Gà", "Mũi Dinh"]
    assert keeper.counter("events_handled") == 2


async def test_a_message_delivered_again_later_takes_effect_once(keeper: Keeper) -> None:
    pier = Pier()
    pier.land(*lamps("Kê Gà", "Mũi Dinh"))
    async with keeper.at_work(pier):
        await pier.cleared()
        pier.bring(pier.messages[0])
        pier.land(*lamps("Long Châu"))
        await pier.cleared()

    assert await keeper.noted() == ["Kê Gà", "Mũi Dinh", "Long Châu"]


async def test_a_crash_between_the_transaction_and_the_commit_repeats_no_effect(keeper: Keeper) -> None:
    pier = Pier(lost_commits=COMMIT_TRIES)
    pier.land(*lamps("Kê Gà", "Mũi Dinh"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert await keeper.noted() == ["Kê Gà", "Mũi Dinh"]
    assert pier.subscriptions == 2


async def test_a_bus_that_does_not_hear_a_commit_is_told_again(keeper: Keeper) -> None:
    pier = Pier(lost_commits=COMMIT_TRIES - 1)
    pier.land(*lamps("Kê Gà", "Mũi Dinh"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert await keeper.noted() == ["Kê Gà", "Mũi Dinh"]
    assert pier.subscriptions == 1


async def test_what_is_fetched_ahead_is_not_committed_before_it_has_taken_effect(keeper: Keeper) -> None:
    held = asyncio.Event()
    pier = Pier()
    pier.land(*lamps("Kê Gà"))
    keeper.holds["Mũi Dinh"] = held

    async with keeper.at_work(pier):
        await pier.cleared()
        pier.land(*lamps("Mũi Dinh"))
        await keeper.begun.wait()
        pier.land(*lamps("Long Châu"))
        await asyncio.sleep(0.1)
        committed = pier.committed
        held.set()
        await pier.cleared()

    assert committed == 1
    assert await keeper.noted() == ["Kê Gà", "Mũi Dinh", "Long Châu"]


async def test_an_offset_that_was_lost_repeats_no_effect(database: Database, keeper: Keeper) -> None:
    bus = EmbeddedBus({LampLit.topic: database})
    await database.write(lambda tx: light(tx, "Kê Gà"))
    await _until_noted(keeper, bus, ["Kê Gà"])

    await keeper.database.mark(lambda connection: connection.execute(delete(offset)))
    await database.write(lambda tx: light(tx, "Mũi Dinh"))

    await _until_noted(keeper, bus, ["Kê Gà", "Mũi Dinh"])


async def _until_noted(keeper: Keeper, bus: EmbeddedBus, places: list[str]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), keeper.at_work(bus):
        rings = keeper.database.committed.rings
        while await keeper.noted() != places:
            await keeper.database.committed.after(rings)
            rings = keeper.database.committed.rings


async def test_a_handler_that_fails_sometimes_takes_effect_once(keeper: Keeper) -> None:
    keeper.failures["Mũi Dinh"] = [ValueError("fog")] * (TRIES - 1)
    pier = Pier()
    pier.land(*lamps("Kê Gà", "Mũi Dinh", "Long Châu"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert await keeper.noted() == ["Kê Gà", "Mũi Dinh", "Long Châu"]
    assert await put_aside(keeper) == []


async def test_a_poison_message_is_put_aside_and_blocks_nobody(keeper: Keeper) -> None:
    keeper.failures["Mũi Dinh"] = [ValueError("the password is hunter2")] * 99
    pier = Pier()
    pier.land(*lamps("Kê Gà", "Mũi Dinh", "Long Châu"))

    async with keeper.at_work(pier):
        await pier.cleared()
        pier.land(*lamps("Hòn Dấu"))
        await pier.cleared()

    assert await keeper.noted() == ["Kê Gà", "Long Châu", "Hòn Dấu"]
    (letter,) = await put_aside(keeper)
    assert (letter.consumer, letter.event_id) == ("keeper", pier.messages[1].event_id)
    assert (letter.data, letter.tries, letter.failure) == (pier.messages[1].data, TRIES, "ValueError")
    assert keeper.counter("dead_letters") == 1
    assert keeper.counter("event_failures") == TRIES


async def test_what_was_put_aside_and_comes_again_holds_nobody_up(keeper: Keeper) -> None:
    keeper.failures["Mũi Dinh"] = [ValueError("fog")] * 99
    pier = Pier()
    pier.land(*lamps("Mũi Dinh", "Long Châu"))
    async with keeper.at_work(pier):
        await pier.cleared()
    before = keeper.counter("event_failures")
    pier.committed = 0

    async with keeper.at_work(pier):
        await pier.cleared()

    assert before == TRIES
    # At the start, as every dead letter, and once when it came.
    assert keeper.counter("event_failures") == before + 2
    assert keeper.counter("dead_letters") == 1


async def test_a_message_that_the_database_refuses_is_put_aside(keeper: Keeper) -> None:
    pier = Pier()
    pier.land(LampLit(place="Kê Gà", brightness=2**70), *lamps("Mũi Dinh"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert await keeper.noted() == ["Mũi Dinh"]
    assert len(await put_aside(keeper)) == 1


async def test_a_message_that_cannot_be_read_is_put_aside(keeper: Keeper) -> None:
    pier = Pier()
    pier.bring(message_of(LampLit(place="Kê Gà"), 0)._replace(data=b'{"place": 7'))
    pier.land(*lamps("Mũi Dinh"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert await keeper.noted() == ["Mũi Dinh"]
    assert [letter.failure for letter in await put_aside(keeper)] == ["ValidationError"]


async def test_what_was_put_aside_takes_effect_once_after_a_start_that_can_do_it(keeper: Keeper) -> None:
    keeper.failures["Kê Gà"] = [ValueError("fog")] * (TRIES + 2)
    pier = Pier()
    pier.land(*lamps("Kê Gà", "Mũi Dinh"))
    for arrival in ("Long Châu", "Hòn Dấu", "Vũng Tàu"):
        async with keeper.at_work(pier):
            await pier.cleared()
            pier.land(*lamps(arrival))
            await pier.cleared()

    # The first start put it aside (after the batch's try), the second one failed again, the third one did it.
    assert await keeper.noted() == ["Mũi Dinh", "Long Châu", "Hòn Dấu", "Kê Gà", "Vũng Tàu"]
    (letter,) = await put_aside(keeper)
    assert letter.replayed_at is not None


async def test_what_was_put_aside_waits_for_the_consumer_of_its_own_topic(keeper: Keeper) -> None:
    keeper.failures["Kê Gà"] = [ValueError("fog")] * (TRIES + 1)
    pier = Pier()
    pier.land(*lamps("Kê Gà"))
    async with keeper.at_work(pier):
        await pier.cleared()

    async with keeper.at_work(Pier(), "lanhmanh.harbour") as stranger:
        await stranger.subscribed.wait()
    waiting = [letter.replayed_at for letter in await put_aside(keeper)]
    async with keeper.at_work(pier):
        pier.land(*lamps("Mũi Dinh"))
        await pier.cleared()

    assert waiting == [None]
    assert await keeper.noted() == ["Kê Gà", "Mũi Dinh"]


async def test_a_topic_that_nobody_in_the_process_publishes_is_silent(keeper: Keeper) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), keeper.at_work(EmbeddedBus({}), "lanhmanh.harbour") as consumer:
        await consumer.subscribed.wait()
        await keeper.database.write(lambda tx: light(tx, "Kê Gà"))

        assert await consumer.lag() == 0


async def test_an_outage_is_waited_out_and_nothing_is_put_aside(keeper: Keeper) -> None:
    keeper.failures["Mũi Dinh"] = [ConnectionResetError() for _ in range(9 * TRIES)]
    pier = Pier()
    pier.land(*lamps("Kê Gà", "Mũi Dinh", "Long Châu"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert await keeper.noted() == ["Kê Gà", "Mũi Dinh", "Long Châu"]
    assert keeper.failures == {"Mũi Dinh": []}
    assert await put_aside(keeper) == []


async def test_an_outage_in_the_middle_of_tries_is_waited_out_too(keeper: Keeper) -> None:
    outage = [ConnectionResetError() for _ in range(9 * TRIES)]
    keeper.failures["Mũi Dinh"] = [ValueError("fog"), *outage]
    pier = Pier()
    pier.land(*lamps("Kê Gà", "Mũi Dinh"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert await keeper.noted() == ["Kê Gà", "Mũi Dinh"]
    assert await put_aside(keeper) == []


async def test_a_bus_that_fails_in_an_unforeseen_way_is_waited_out_too(keeper: Keeper) -> None:
    pier = Pier(troubles=[ConnectionRefusedError(), RuntimeError("a defect of the client")])
    pier.land(*lamps("Kê Gà"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert await keeper.noted() == ["Kê Gà"]


async def test_a_preparation_sees_what_came_before_it_in_the_same_batch(keeper: Keeper) -> None:
    pier = Pier()
    pier.land(*lamps("Kê Gà", "Mũi Dinh"), LampsCounted(by="hoa tiêu"), *lamps("Long Châu"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert keeper.counted == [["Kê Gà", "Mũi Dinh"]]
    assert await keeper.noted() == ["Kê Gà", "Mũi Dinh", "đếm bởi hoa tiêu", "Long Châu"]


async def test_a_preparation_that_fails_is_done_again_and_its_event_takes_effect_once(keeper: Keeper) -> None:
    keeper.failures["hoa tiêu"] = [ValueError("fog")]
    pier = Pier()
    pier.land(*lamps("Kê Gà"), LampsCounted(by="hoa tiêu"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert len(keeper.counted) == 2
    assert await keeper.noted() == ["Kê Gà", "đếm bởi hoa tiêu"]


async def test_a_redelivery_is_not_prepared_again(keeper: Keeper) -> None:
    pier = Pier(lost_commits=1)
    pier.land(LampsCounted(by="hoa tiêu"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert len(keeper.counted) == 1


async def test_an_event_that_nobody_waits_for_passes_by(keeper: Keeper) -> None:
    pier = Pier()
    pier.bring(message_of(LampLit(place="Kê Gà"), 0)._replace(type="vn.lanhmanh.lighthouse.lamp.painted.v1"))

    async with keeper.at_work(pier):
        await pier.cleared()

    assert await keeper.noted() == []
    assert await put_aside(keeper) == []


async def test_what_a_handler_publishes_carries_the_trace_of_its_own_message(keeper: Keeper) -> None:
    pier = Pier()
    traced = [(LampLit(place="Kê Gà"), TRACE), (LampLit(place="Mũi Dinh"), None), (LampLit(place="x"), OTHER_TRACE)]
    pier.bring(*(message_of(event, number, trace=trace) for number, (event, trace) in enumerate(traced)))

    async with keeper.at_work(pier):
        await pier.cleared()

    async with keeper.database.read() as read:
        rows = await read.execute(select(outbox.c.traceparent).order_by(outbox.c.revision, outbox.c.ordinal))
    assert list(rows.scalars()) == [TRACE, None, OTHER_TRACE]
