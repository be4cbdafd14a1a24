"""A small service that the bus suite listens to: ships in a harbour ring their bells."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from contracts.model import Event
from runtime.bus import Bus, Message, Subscription
from runtime.database import Database, Write

PATIENCE_SECONDS = 30
"""How long a message may be under way before a test says that it is lost."""


class BellRung(Event):
    """A ship rang its bell once more."""

    type: ClassVar[str] = "vn.lanhmanh.harbour.bell.rung.v1"
    topic: ClassVar[str] = "harbour"

    ship: str
    stroke: int

    def key(self) -> str:
        return self.ship


@dataclass(frozen=True)
class Harbour:
    """A bus between a producer, whose bells are heard, and a listener with a database of its own."""

    bus: Bus
    producer: Database
    listener: Database
    event: type[BellRung]

    @property
    def topic(self) -> str:
        return self.event.topic

    async def ring(self, *strokes: tuple[str, int]) -> None:
        """Publish bells in one transaction, as (ship, stroke)."""

        async def ring(tx: Write) -> None:
            tx.publish(*(self.event(ship=ship, stroke=stroke) for ship, stroke in strokes))

        await self.producer.write(ring)

    async def subscribe(self, consumer: str = "pilot") -> Subscription:
        return await self.bus.subscribe(consumer, self.topic, self.listener)

    async def commit(self, subscription: Subscription, last: Message) -> None:
        """Commit as consumers do: in the listener's transaction, then to the bus."""
        await self.listener.write(lambda tx: subscription.record(tx.connection, last))
        await subscription.commit([last])


async def hear(subscription: Subscription, count: int) -> list[Message]:
    """Fetch until there are `count` messages, without a commit."""
    heard: list[Message] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(heard) < count:
            heard += await subscription.fetch(count - len(heard))
    return heard


def strokes_of(messages: Sequence[Message]) -> list[tuple[str, int]]:
    """Return what was rung, as (ship, stroke)."""
    bells = [msgspec.json.decode(message.data) for message in messages]
    return [(bell["ship"], bell["stroke"]) for bell in bells]
