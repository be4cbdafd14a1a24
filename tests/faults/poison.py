"""A fault of what is read: records in a topic that no service told, and that no handler can take."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from contracts.events.tips import TipReceived
from tests.faults.fault import Fault
from tests.faults.world import World, until

TOPIC = TipReceived.topic


class Poison:
    """Puts records into the topic of tips, and remembers them by their bytes."""

    def __init__(self) -> None:
        self.put: set[bytes] = set()
        self.event_ids: set[str] = set()
        """Of those that look like events."""

    @asynccontextmanager
    async def inject(self, world: World, _dice: Random) -> AsyncIterator[None]:
        """Put in a record that is no event, and an event of a known type without what it must tell."""
        event_id = str(uuid4())
        no_event, no_tip = (f'{{"{words} {event_id}": 1}}'.encode() for words in ("not an event", "not a tip"))
        producer = AIOKafkaProducer(bootstrap_servers=world.brokers.address)
        await producer.start()
        try:
            await producer.send_and_wait(TOPIC, no_event, key=event_id.encode())
            await producer.send_and_wait(TOPIC, no_tip, key=event_id.encode(), headers=_headers(event_id))
        finally:
            await producer.stop()
        self.put |= {no_event, no_tip}
        self.event_ids.add(event_id)
        yield
        await until(lambda: self._is_put_aside(world))

    async def _is_put_aside(self, world: World) -> bool:
        return self.put <= await letters(world)

    def faults(self) -> list[Fault]:
        """Return the faults of this module."""
        return [Fault("poison in a topic", self.inject)]


async def letters(world: World) -> set[bytes]:
    """Return the bytes of what reports has put aside."""
    return {bytes(row["data"]) for row in await world.ask("reports", "SELECT data FROM dead_letter")}


def _headers(event_id: str) -> list[tuple[str, bytes]]:
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", b"/somebody/else"),
        ("ce_type", TipReceived.type.encode()),
        ("ce_time", b"2026-01-05T00:00:00Z"),
        ("content-type", b"application/json"),
    ]
