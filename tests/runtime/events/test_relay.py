"""The relay: everything that was committed is sent, in order, and marked only after it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, text

from kernel.clock import SetClock
from runtime.bus import Message
from runtime.database import Database, Write
from runtime.database.outbox import Place, is_after, mark_sent_through, outbox, sent_through
from runtime.database.wakeup import Wakeup
from runtime.dead_letter import put_aside
from runtime.relay import Relay
from runtime.singletons import run_alone
from runtime.telemetry.metrics import Metrics
from tests.rig import a_database
from tests.runtime.conftest import SERVICE
from tests.runtime.events.keeper import AT_ONCE
from tests.runtime.events.pier import message_of
from tests.runtime.lighthouse.lamps import LampLit, light

pytestmark = pytest.mark.asyncio

PATIENCE_SECONDS = 20


@dataclass
class Radio:
    """A publisher whose listener may be away, or slow to acknowledge."""

    failures: list[Exception] = field(default_factory=list)
    """What the next sendings end with: after they were sent, for the acknowledgement may be what is lost."""
    batches: list[list[str]] = field(default_factory=list)
    """What was sent together, by key."""
    line: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while acknowledgements come through."""
    _heard: Wakeup = field(default_factory=Wakeup)

    def __post_init__(self) -> None:
        self.line.set()

    async def send(self, messages: Sequence[Message]) -> None:
        self.batches.append([message.key for message in messages])
        self._heard.ring()
        if self.failures:
            raise self.failures.pop(0)
        await self.line.wait()

    async def close(self) -> None:
        return None

    def sent(self) -> list[str]:
        return [key for batch in self.batches for key in batch]

    async def heard(self, count: int) -> None:
        """Wait until so many messages were sent."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            rings = self._heard.rings
            while len(self.sent()) < count:
                await self._heard.after(rings)
                rings = self._heard.rings


@asynccontextmanager
async def relaying(database: Database, radio: Radio, metrics: Metrics | None = None) -> AsyncIterator[None]:
    relay = Relay(database, radio, metrics or Metrics(SERVICE))
    running = asyncio.create_task(run_alone(database, [relay.run], pauses=AT_ONCE))
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def light_all(database: Database, *places: str) -> None:
    async def together(tx: Write) -> None:
        for place in places:
            await light(tx, place)

    await database.write(together)


async def unsent(database: Database) -> int:
    async with database.read() as read:
        waiting = select(func.count()).select_from(outbox).where(is_after(await sent_through(read.connection)))
        return int((await read.execute(waiting)).scalar_one())


async def all_marked(database: Database) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        rings = database.committed.rings
        while await unsent(database):
            await database.committed.after(rings)
            rings = database.committed.rings


async def test_events_are_sent_in_the_order_of_their_numbers(database: Database) -> None:
    radio = Radio()
    await light_all(database, "Vũng Tàu", "Kê Gà")
    await light_all(database, "Bạch Long Vĩ")

    async with relaying(database, radio):
        await radio.heard(3)
        await light_all(database, "Hòn Dấu")
        await all_marked(database)

    assert radio.sent() == ["Vũng Tàu", "Kê Gà", "Bạch Long Vĩ", "Hòn Dấu"]


async def test_events_are_marked_only_after_the_acknowledgement(database: Database) -> None:
    radio = Radio()
    radio.line.clear()
    await light_all(database, "Kê Gà", "Mũi Dinh")

    async with relaying(database, radio):
        await radio.heard(2)
        before = await unsent(database)
        radio.line.set()
        await all_marked(database)

    assert before == 2


async def test_events_are_sent_again_from_where_the_mark_is_set_back_to(database: Database) -> None:
    radio = Radio()
    await light_all(database, "Kê Gà")
    await light_all(database, "Mũi Dinh", "Long Châu")

    async with relaying(database, radio):
        await all_marked(database)
        await database.mark(partial(mark_sent_through, place=Place(2, 0)))
        await radio.heard(4)
        await all_marked(database)

    assert radio.sent() == ["Kê Gà", "Mũi Dinh", "Long Châu", "Long Châu"]


async def test_a_load_is_read_while_another_is_sent_and_each_event_is_sent_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.relay.BATCH", 2)
    radio = Radio()
    radio.line.clear()
    places = [f"Hòn {number}" for number in range(9)]
    await light_all(database, *places[:5])

    async with relaying(database, radio):
        await radio.heard(2)
        await light_all(database, *places[5:])
        before = (radio.sent(), await unsent(database))
        radio.line.set()
        await all_marked(database)

    assert before == (places[:2], 9)
    assert radio.sent() == places


async def test_dead_letters_are_sent_once_though_events_keep_coming(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.relay.dead_topic_of", "lanhmanh.{}.dead".format)
    monkeypatch.setattr("runtime.relay.BATCH", 2)
    radio = Radio()
    await light_all(database, "Kê Gà", "Mũi Dinh", "Long Châu", "Hòn Dấu")
    letters = [message_of(LampLit(place=f"chết {number}"), number) for number in range(5)]
    for letter in letters:
        died = partial(put_aside, failure="ValueError", tries=8, at=database.clock.now())
        await database.mark(partial(died, consumer="keeper", message=letter))

    async with relaying(database, radio):
        await radio.heard(9)
        await light_all(database, "Bạch Long Vĩ")
        await radio.heard(10)
        await all_marked(database)

    assert sorted(radio.sent()) == sorted(
        ["Kê Gà", "Mũi Dinh", "Long Châu", "Hòn Dấu", "Bạch Long Vĩ", *(letter.key for letter in letters)]
    )


async def test_what_was_not_acknowledged_is_sent_again_in_order(database: Database) -> None:
    radio = Radio(failures=[ConnectionResetError(), RuntimeError("a defect of the client")])
    await light_all(database, "Kê Gà", "Mũi Dinh")

    async with relaying(database, radio):
        await all_marked(database)

    assert radio.batches == [["Kê Gà", "Mũi Dinh"]] * 3


async def test_what_a_stopped_relay_did_not_mark_is_sent_by_the_next(database: Database) -> None:
    cut_off, next_one = Radio(), Radio()
    cut_off.line.clear()
    await light_all(database, "Kê Gà")
    async with relaying(database, cut_off):
        await cut_off.heard(1)

    async with relaying(database, next_one):
        await all_marked(database)

    assert (cut_off.sent(), next_one.sent()) == (["Kê Gà"], ["Kê Gà"])


async def test_the_gauges_tell_of_an_outage_while_it_lasts(database: Database, clock: SetClock) -> None:
    radio, metrics = Radio(), Metrics(SERVICE)
    radio.line.clear()
    await light_all(database, "Kê Gà", "Mũi Dinh")
    clock.advance(timedelta(seconds=90))

    async with relaying(database, radio, metrics):
        await radio.heard(2)
        during = (gauge(metrics, "outbox_unsent"), gauge(metrics, "outbox_unsent_age_seconds"))

    assert during == (2.0, 90.0)


def gauge(metrics: Metrics, name: str) -> float | None:
    return metrics.registry.get_sample_value(f"lanhmanh_{name}", {"service": SERVICE})


async def test_of_two_replicas_one_sends(postgres_url: str, clock: SetClock) -> None:
    first, second = Radio(), Radio()
    async with replica(postgres_url, clock) as ours, replica(postgres_url, clock) as theirs, relaying(ours, first):
        await light_all(ours, "Kê Gà")
        await first.heard(1)
        async with relaying(theirs, second):
            # The second one's commits ring no bell in the first one's process, and are sent all the same.
            await light_all(theirs, "Mũi Dinh", "Long Châu")
            await first.heard(3)

    assert first.sent() == ["Kê Gà", "Mũi Dinh", "Long Châu"]
    assert second.sent() == []


async def test_a_relay_that_stops_gives_way_to_another(postgres_url: str, clock: SetClock) -> None:
    first, second = Radio(), Radio()
    async with replica(postgres_url, clock) as ours, replica(postgres_url, clock) as theirs:
        async with relaying(ours, first):
            await light_all(ours, "Kê Gà")
            await all_marked(ours)
        async with relaying(theirs, second):
            await light_all(ours, "Mũi Dinh")
            await second.heard(1)

    assert (first.sent(), second.sent()) == (["Kê Gà"], ["Mũi Dinh"])


def replica(url: str, clock: SetClock) -> AbstractAsyncContextManager[Database]:
    return a_database(url, service=SERVICE, clock=clock)


async def test_a_replica_whose_lock_was_cut_stops_and_asks_for_it_again(
    postgres_url: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.database.lock._CHECK_SECONDS", 0.05)
    radio = Radio()
    radio.line.clear()
    async with replica(postgres_url, clock) as ours, replica(postgres_url, clock) as theirs:
        await light_all(ours, "Kê Gà")
        async with relaying(ours, radio):
            await radio.heard(1)
            # It waits for its broker, and would not learn that it is not alone any more.
            await cut_lock(theirs)
            await radio.heard(2)


async def cut_lock(database: Database) -> None:
    """End the connection that holds the lock, as a firewall does that forgets it."""
    own = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    holder = text(f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND {own}")  # noqa: S608
    async with database.connection_of_its_own() as connection:
        await connection.execute(holder)
