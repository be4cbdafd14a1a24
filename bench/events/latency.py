"""How long after it was told an event has taken effect elsewhere, at a steady rate.

Both ends run as in production: the service that tells relays in one process, the service that hears consumes in
another, each with its own database; both processes, PostgreSQL and Kafka share the machine.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable, Sequence
from multiprocessing.connection import Connection
from statistics import quantiles
from typing import TypeVar
from uuid import uuid4

from bench.events.told import TOGETHER, database_of, kafka_settings, partitions, publish, tips_received
from bench.row import Row
from bench.servers import Servers
from contracts.events.tips import TipReceived
from kernel.clock import SystemClock
from lanhmanh.services import Name
from runtime.bus.kafka import KafkaBus
from runtime.consumer import Consumer, On
from runtime.database import Database, Settings, Write
from runtime.relay import Relay
from runtime.singletons import run_alone
from runtime.telemetry.metrics import Metrics
from services.reports.consumers.on_tip_received import on_tip_received

_RATE = 500
"""Events a second."""
_SECONDS = 20
_SETTLING_SECONDS = 3
"""What is told so soon counts for nothing: connections and caches are made."""

T = TypeVar("T")


async def measure_latency(servers: Servers) -> Sequence[Row]:
    """Measure the time from an event's transaction to the commit of its effect, in milliseconds."""
    settings, topic = kafka_settings(servers.kafka), f"bench-{uuid4().hex[:12]}"
    async with (
        database_of(Name.TIPS, servers.postgres) as tips,
        database_of(Name.REPORTS, servers.postgres) as reports,
    ):
        bus = KafkaBus(settings, service=Name.TIPS, partitions=partitions(topic))
        publisher = bus.publisher()
        relay = Relay(tips, publisher, Metrics(Name.TIPS))
        relaying = asyncio.create_task(run_alone(tips, [relay.run]))
        ours, theirs = multiprocessing.Pipe()
        listener = multiprocessing.get_context("spawn").Process(
            target=_listen, args=(servers.kafka, reports.settings.url, topic, theirs)
        )
        listener.start()
        # Its own end alone stays open, so that its death is noticed.
        theirs.close()
        try:
            await asyncio.to_thread(ours.recv)
            await _tell(tips, topic)
            waits = await asyncio.to_thread(_heard_by, ours)
        finally:
            listener.terminate()
            relaying.cancel()
            await asyncio.gather(relaying, return_exceptions=True)
            await publisher.close()
    assert len(waits) == _RATE * _SECONDS
    counted = [1000 * wait for wait in waits[_RATE * _SETTLING_SECONDS :]]
    percentiles = quantiles(counted, n=100)
    print(f"latency: p50 {percentiles[49]:.0f} ms, p99 {percentiles[98]:.0f} ms, longest {max(counted):.0f} ms")
    return [
        Row("events", "latency_p50_ms", len(counted), percentiles[49], "ms", 250, "at most"),
        Row("events", "latency_p99_ms", len(counted), percentiles[98], "ms", 250, "at most"),
    ]


async def _tell(database: Database, topic: str) -> None:
    """Publish at the rate, whatever becomes of what was published before."""
    told_here = type("TipReceived", (TipReceived,), {"topic": topic})
    events = [told_here(**event.model_dump()) for event in tips_received(_RATE * _SECONDS)]
    loop = asyncio.get_running_loop()
    began = loop.time()
    for begin in range(0, len(events), TOGETHER):
        await asyncio.sleep(began + begin / _RATE - loop.time())
        await publish(database, events[begin : begin + TOGETHER])


def _heard_by(listener: Connection) -> list[float]:
    """Ask the listener for what it has measured, once it has heard all."""
    listener.send(_RATE * _SECONDS)
    waits: list[float] = listener.recv()
    return waits


class _TimedDatabase(Database):
    """Measures, of the messages that a transaction handled, the time from their event to its commit."""

    def __init__(self, url: str) -> None:
        super().__init__(Settings(url=url), service=Name.REPORTS, clock=SystemClock())
        self.waits: list[float] = []

    async def write(self, work: Callable[[Write], Awaitable[T]]) -> T:
        done = await super().write(work)
        now = self.clock.now()
        assert isinstance(done, list)
        self.waits += [(now - message.time).total_seconds() for message in done]
        return done


def _listen(address: str, url: str, topic: str, asker: Connection) -> None:
    asyncio.run(_consume(address, url, topic, asker))


async def _consume(address: str, url: str, topic: str, asker: Connection) -> None:
    database = _TimedDatabase(url)
    bus = KafkaBus(kafka_settings(address), service=Name.REPORTS, partitions=partitions(topic))
    handlers = [On(TipReceived, on_tip_received)]
    consumer = Consumer(Name.REPORTS, topic, handlers, database=database, bus=bus, metrics=Metrics(Name.REPORTS))
    consuming = asyncio.create_task(run_alone(database, [consumer.run], lock="consumers"))
    await consumer.subscribed.wait()
    asker.send("ready")
    wanted = await asyncio.to_thread(asker.recv)
    # Noted just after the commit that rings: no bell says it.
    while len(database.waits) < wanted:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    asker.send(database.waits)
    consuming.cancel()
    await asyncio.gather(consuming, return_exceptions=True)
    await database.close()
