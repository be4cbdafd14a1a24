"""What is sent: the events by which the tips service tells that tips came."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

from contracts.events.tips import TOPIC, TipReceived
from contracts.topics import PARTITIONS
from kernel.clock import SystemClock
from lanhmanh.services import Name, parts_of
from runtime.bus.kafka_settings import KafkaSettings
from runtime.database import Database, Settings, Write
from runtime.database.migrate import migrate
from tests.servers.postgres import PostgresServer

TOGETHER = 20
"""Tips in one transaction of the tips service: a batch under load."""
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_UNITS = [UUID(int=number) for number in range(1, 125)]


def tips_received(count: int) -> Sequence[TipReceived]:
    """Return so many events, each of a tip of its own."""
    at = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
    return [
        TipReceived(
            tip_id=uuid4(),
            unit_id=_UNITS[number % len(_UNITS)],
            received_at=at,
            occurred_at=at,
            late=False,
            number=f"TB-68-2026-{number:06}",
        )
        for number in range(count)
    ]


async def publish(database: Database, events: Sequence[TipReceived]) -> None:
    """Publish events in one transaction."""

    async def together(tx: Write) -> None:
        tx.publish(*events, traceparent=TRACEPARENT)

    await database.write(together)


@asynccontextmanager
async def database_of(name: Name, postgres: PostgresServer) -> AsyncIterator[Database]:
    """Give a service's own database, fresh and migrated."""
    async with postgres.database() as url:
        database = Database(Settings(url=url), service=name, clock=SystemClock())
        await migrate(database, parts_of(name).migrations)
        try:
            yield database
        finally:
            await database.close()


def kafka_settings(address: str) -> KafkaSettings:
    """Return the settings of production, but for the copies: there is one broker."""
    return KafkaSettings(bootstrap_servers=address, replication=1)


def partitions(topic: str) -> dict[str, int]:
    """Declare a topic that is like that of tips."""
    return {topic: PARTITIONS[TOPIC]}
