"""What consumers make of every bus: each message takes effect once, and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.bus import Bus, Listed, Message, Publisher, Subscription
from runtime.consumer import Consumer, On
from runtime.database import Database, Write
from runtime.singletons import run_alone
from runtime.telemetry.metrics import Metrics
from tests.runtime.bus.harbour import PATIENCE_SECONDS, BellRung, Harbour

pytestmark = pytest.mark.asyncio


@dataclass
class Pilot:
    """Notes each stroke that it hears."""

    failures: list[Exception] = field(default_factory=list)
    """What its next tries fail with."""
    noted: list[int] = field(default_factory=list)

    async def note(self, bell: BellRung, tx: Write) -> None:  # noqa: ARG002
        if self.failures:
            raise self.failures.pop()
        self.noted.append(bell.stroke)

    async def has_noted(self, harbour: Harbour, strokes: Sequence[int]) -> None:
        """Wait until it has heard exactly these strokes, in this order."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            rings = harbour.listener.committed.rings
            while self.noted != list(strokes):
                await harbour.listener.committed.after(rings)
                rings = harbour.listener.committed.rings


@asynccontextmanager
async def at_work(pilot: Pilot, harbour: Harbour, bus: Bus) -> AsyncIterator[None]:
    """Run the pilot's consumer."""
    consumer = Consumer(
        "pilot",
        harbour.topic,
        [On(harbour.event, pilot.note)],
        database=harbour.listener,
        bus=bus,
        metrics=Metrics("harbour"),
    )
    running = asyncio.create_task(run_alone(harbour.listener, [consumer.run], lock="consumers"))
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_failing_consumer_is_tried_again_and_loses_nothing(harbour: Harbour) -> None:
    pilot = Pilot(failures=[ValueError("fog")] * 3)
    await harbour.ring(*(("Hồng Hà", stroke) for stroke in range(5)))

    async with at_work(pilot, harbour, harbour.bus):
        await pilot.has_noted(harbour, range(5))

    assert not pilot.failures


async def test_a_message_whose_commit_was_lost_takes_effect_once(harbour: Harbour) -> None:
    pilot = Pilot()
    await harbour.ring(("Hồng Hà", 1))

    async with at_work(pilot, harbour, ForgetfulBus(harbour.bus)):
        await pilot.has_noted(harbour, [1])
        await harbour.ring(("Hồng Hà", 2))
        await pilot.has_noted(harbour, [1, 2])


@dataclass
class ForgetfulBus:
    """A bus that fails once, between a consumer's transaction and the commit of its offset."""

    bus: Bus
    losses: int = 1

    async def subscribe(self, consumer: str, topic: str, database: Database) -> Subscription:
        return ForgetfulSubscription(await self.bus.subscribe(consumer, topic, database), self)

    def publisher(self) -> Publisher | None:
        return None

    def differences(self) -> int:
        return self.bus.differences()

    def contents(
        self, topic: str, *, since: datetime | None = None, reader: Database | None = None, consumer: str = ""
    ) -> AsyncIterator[Listed]:
        return self.bus.contents(topic, since=since, reader=reader, consumer=consumer)


@dataclass
class ForgetfulSubscription:
    """A place that is given up when its first commit is lost."""

    place: Subscription
    owner: ForgetfulBus

    async def fetch(self, limit: int) -> Sequence[Message]:
        return await self.place.fetch(limit)

    async def record(self, connection: AsyncConnection, last: Message) -> None:
        await self.place.record(connection, last)

    async def commit(self, handled: Sequence[Message]) -> None:
        if self.owner.losses:
            self.owner.losses -= 1
            raise ConnectionResetError
        await self.place.commit(handled)

    async def lag(self) -> int:
        return await self.place.lag()

    async def close(self) -> None:
        await self.place.close()
