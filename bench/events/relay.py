"""The relay, beside a bare producer of the same messages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from aiokafka import AIOKafkaProducer

from bench.events.told import TOGETHER, database_of, kafka_settings, partitions, publish, tips_received
from bench.rounds import interleaved
from bench.row import Row
from bench.servers import Servers
from contracts.events.tips import TOPIC
from lanhmanh.services import Name
from runtime.bus.binary_mode import to_headers
from runtime.bus.kafka import KafkaBus
from runtime.bus.kafka_contents import contents
from runtime.bus.kafka_settings import PRODUCER
from runtime.bus.message import Message, from_outbox
from runtime.database import Database
from runtime.database.outbox import BEGINNING, Place, events_after, mark_sent_through, sent_through
from runtime.relay import Relay
from runtime.telemetry.metrics import Metrics

_COUNT = 20_000


async def measure_relay(servers: Servers) -> Row:
    """Measure how many events a second are read, sent, acknowledged and marked."""
    settings = kafka_settings(servers.kafka)
    async with database_of(Name.TIPS, servers.postgres) as database:
        for events in _batches(tips_received(_COUNT)):
            await publish(database, events)
        messages = await _messages(database)
        last = Place(*messages[-1].position[1:])
        bus = KafkaBus(settings, service=Name.TIPS, partitions=partitions(TOPIC))
        publisher = bus.publisher()
        relay = Relay(database, publisher, Metrics(Name.TIPS))
        async with AIOKafkaProducer(**PRODUCER, **settings.client()) as producer:
            bare = partial(_send_all, producer, [_record(one) for one in messages])
            seconds = await interleaved("relay", {"ours": partial(_relay_all, database, relay, last), "bare": bare})
        await publisher.close()
        assert {one.event_id async for one in contents(settings, TOPIC, since=None, group=None)} == {
            row.event_id for row in await _rows(database)
        }
    found, beside = (_COUNT / seconds[who] for who in ("ours", "bare"))
    return Row("events", "relay_vs_bare", _COUNT, found, "/s", 0.65, "at least", beside)


async def _unsend(database: Database) -> None:
    """Have the whole outbox wait."""
    await database.mark(partial(mark_sent_through, place=BEGINNING))


async def _relay_all(database: Database, relay: Relay, last: Place) -> float:
    """Send the whole outbox, and return how long it took until all of it was marked."""
    await _unsend(database)
    began = time.perf_counter()
    running = asyncio.create_task(relay.run())
    try:
        while True:
            rings = database.committed.rings
            async with database.read() as read:
                if await sent_through(read.connection) == last:
                    return time.perf_counter() - began
            await database.committed.after(rings)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def _send_all(producer: AIOKafkaProducer, records: Sequence[dict[str, Any]]) -> float:
    """Send the same messages, and return how long it took until all were acknowledged."""
    began = time.perf_counter()
    await asyncio.gather(*[await producer.send(TOPIC, **record) for record in records])
    return time.perf_counter() - began


def _record(message: Message) -> dict[str, Any]:
    return {"key": message.key.encode(), "value": message.data, "headers": to_headers(message)}


def _batches(events: Sequence[Any]) -> list[Sequence[Any]]:
    return [events[begin : begin + TOGETHER] for begin in range(0, len(events), TOGETHER)]


async def _rows(database: Database) -> Sequence[Any]:
    async with database.read() as read:
        return (await read.execute(events_after(BEGINNING))).all()


async def _messages(database: Database) -> Sequence[Message]:
    async with database.read() as read:
        epoch = (await read.newest()).epoch
    return from_outbox(await _rows(database), epoch)
