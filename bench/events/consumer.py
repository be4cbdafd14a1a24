"""A consumer of the reports service, beside a bare consumer of the same messages."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import partial
from itertools import count
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import func, select, text

from bench.events.told import TRACEPARENT, database_of, kafka_settings, partitions, tips_received
from bench.rounds import interleaved
from bench.row import Row
from bench.servers import Servers
from contracts.events.tips import TipReceived
from lanhmanh.services import Name
from runtime.bus.kafka import KafkaBus
from runtime.bus.kafka_settings import CONSUMER, KafkaSettings
from runtime.bus.message import Message, Position
from runtime.consumer import BATCH, Consumer, On
from runtime.database import Database
from runtime.inbox import inbox
from runtime.telemetry.metrics import Metrics
from services.reports.consumers.on_tip_received import on_tip_received
from services.reports.store.tips import TipHistoryRow

_COUNT = 10_000
_TABLES = "inbox, tip_history"


async def measure_consumer(servers: Servers) -> Row:
    """Measure how many events a second are fetched, take effect once in one transaction a batch, and are committed."""
    settings, topic = kafka_settings(servers.kafka), f"bench-{uuid4().hex[:12]}"
    bus = KafkaBus(settings, service=Name.REPORTS, partitions=partitions(topic))
    await _fill(bus, topic)
    async with database_of(Name.REPORTS, servers.postgres) as database:
        numbers = count(1)
        ours = partial(_consume_all, database, bus, topic, numbers)
        bare = partial(_read_all, settings, topic, numbers)
        seconds = await interleaved("consumer", {"ours": ours, "bare": bare})
    found, beside = (_COUNT / seconds[who] for who in ("ours", "bare"))
    return Row("events", "consumer_vs_bare", _COUNT, found, "/s", 0.4, "at least", beside)


async def _fill(bus: KafkaBus, topic: str) -> None:
    publisher = bus.publisher()
    await publisher.send([_message(topic, event) for event in tips_received(_COUNT)])
    await publisher.close()


def _message(topic: str, event: TipReceived) -> Message:
    return Message(
        topic=topic,
        key=event.key(),
        event_id=uuid4(),
        type=event.type,
        source="/lanhmanh/tips",
        time=event.occurred_at,
        data=event.model_dump_json().encode(),
        position=Position("outbox", 0),
        traceparent=TRACEPARENT,
    )


async def _forget(database: Database) -> None:
    """Have nothing handled."""
    async with database.connection_of_its_own() as connection:
        await connection.execute(text(f"TRUNCATE {_TABLES}"))
        await connection.execute(text(f"VACUUM ANALYZE {_TABLES}"))


async def _consume_all(database: Database, bus: KafkaBus, topic: str, numbers: count[int]) -> float:
    """Have a new consumer handle the whole topic, and return how long it took until all was committed."""
    await _forget(database)
    metrics = Metrics(Name.REPORTS)
    handlers = [On(TipReceived, on_tip_received)]
    consumer = Consumer(f"reader-{next(numbers)}", topic, handlers, database=database, bus=bus, metrics=metrics)
    handled = metrics.handled.labels(Name.REPORTS, consumer.name, TipReceived.type)
    running = asyncio.create_task(consumer.run())
    await consumer.subscribed.wait()
    began = time.perf_counter()
    try:
        # Counted just after the commit that rings: no bell says it.
        while handled._value.get() < _COUNT or await consumer.lag():  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        took = time.perf_counter() - began
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    async with database.read() as read:
        for table in (inbox, TipHistoryRow):
            assert (await read.execute(select(func.count()).select_from(table))).scalar_one() == _COUNT
    return took


async def _read_all(settings: KafkaSettings, topic: str, numbers: count[int]) -> float:
    """Read the whole topic, and return how long it took until all was committed."""
    group = f"reader-{next(numbers)}.{topic}"
    read = 0
    async with AIOKafkaConsumer(group_id=group, **CONSUMER, **settings.client()) as consumer:
        consumer.assign([TopicPartition(topic, number) for number in range(partitions(topic)[topic])])
        began = time.perf_counter()
        while read < _COUNT:
            found = await consumer.getmany(timeout_ms=1_000, max_records=BATCH)
            read += sum(map(len, found.values()))
            await consumer.commit()
        took = time.perf_counter() - began
    assert read == _COUNT
    return took
