"""The keeper: a service that writes down every lamp it hears of, in the order in which it hears of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import func, select

from contracts.model import Event
from runtime.bus import Bus
from runtime.consumer import Consumer, On
from runtime.database import Database, Write
from runtime.pauses import Pauses
from runtime.singletons import run_alone
from runtime.telemetry.metrics import Metrics
from tests.runtime.lighthouse.lamps import LampLit, lamp, light, lit

AT_ONCE = Pauses(first=0.0, longest=0.0)


class LampsCounted(Event):
    """Somebody wants to know which lamps are lit: work that is prepared."""

    type: ClassVar[str] = "vn.lanhmanh.lighthouse.lamps.counted.v1"
    topic: ClassVar[str] = LampLit.topic

    by: str

    def key(self) -> str:
        return self.by


@dataclass
class Keeper:
    """Takes effect by a row for each event, numbered, so that a second effect shows."""

    database: Database
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    """What the next tries fail with, by place: after the row was written."""
    holds: dict[str, asyncio.Event] = field(default_factory=dict)
    """What the effect of a place waits for, before its row is written."""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when an effect waits."""
    counted: list[list[str]] = field(default_factory=list)
    """What was there when each count was prepared."""
    metrics: Metrics = field(default_factory=lambda: Metrics("pilot"))

    async def note(self, event: LampLit, tx: Write) -> None:
        if event.place in self.holds:
            self.begun.set()
            await self.holds[event.place].wait()
        rows = (await tx.execute(select(func.count()).select_from(lamp))).scalar_one()
        await light(tx, f"{rows:02} {event.place}", brightness=event.brightness)
        await self._fail(event.place)

    async def prepare_count(self, event: LampsCounted, _database: Database) -> None:
        self.counted.append(await self.noted())
        await self._fail(event.by)

    async def note_count(self, event: LampsCounted, tx: Write) -> None:
        await self.note(LampLit(place=f"đếm bởi {event.by}"), tx)

    async def _fail(self, why: str) -> None:
        if self.failures.get(why):
            raise self.failures[why].pop(0)

    async def noted(self) -> list[str]:
        """Return the places in the order in which they took effect."""
        return [place.partition(" ")[2] for place in sorted(place for _, place in await lit(self.database))]

    def consumer(self, bus: Bus, topic: str = LampLit.topic, *, name: str = "keeper") -> Consumer:
        handlers: list[On[Any]] = [
            On(LampLit, self.note),
            On(LampsCounted, self.note_count, prepare=self.prepare_count),
        ]
        return Consumer(
            name,
            topic,
            [handler for handler in handlers if handler.event.topic == topic],
            database=self.database,
            bus=bus,
            metrics=self.metrics,
            pauses=AT_ONCE,
        )

    def counter(self, name: str, event: type[Event] = LampLit) -> float:
        """Return what a metric of the consumer counted."""
        labels = {"service": self.database.service, "consumer": "keeper", "type": event.type}
        return self.metrics.registry.get_sample_value(f"lanhmanh_{name}_total", labels) or 0.0

    @asynccontextmanager
    async def at_work(self, bus: Bus, topic: str = LampLit.topic) -> AsyncIterator[Consumer]:
        """Run the consumer of a topic from a start to a stop."""
        consumer = self.consumer(bus, topic)
        running = asyncio.create_task(run_alone(self.database, [consumer.run], lock="consumers", pauses=AT_ONCE))
        try:
            yield consumer
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
