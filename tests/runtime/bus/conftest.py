"""The harbour on each bus and each database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import pytest
import pytest_asyncio

from kernel.clock import SystemClock
from runtime.bus import Bus
from runtime.bus.embedded import EmbeddedBus
from runtime.bus.kafka import KafkaBus
from runtime.bus.kafka_settings import KafkaSettings
from runtime.database import Database, Settings
from runtime.database.migrate import migrate
from runtime.relay import Relay
from runtime.singletons import PAUSES, run_alone
from runtime.telemetry.metrics import Metrics
from tests.runtime.bus.harbour import BellRung, Harbour
from tests.servers.postgres import PostgresServer


@pytest.fixture
def bell() -> type[BellRung]:
    """The event of this test alone, with a topic of its own: the broker still has those of earlier tests."""

    class OwnBell(BellRung):
        topic: ClassVar[str] = f"harbour-{uuid4().hex[:12]}"

    return OwnBell


@pytest_asyncio.fixture(params=["embedded", "kafka"])
async def harbour(
    request: pytest.FixtureRequest, bell: type[BellRung], databases: tuple[Database, Database]
) -> AsyncIterator[Harbour]:
    producer, listener = databases
    if request.param == "embedded":
        yield Harbour(EmbeddedBus({bell.topic: producer}), producer, listener, bell)
        return
    settings = KafkaSettings(bootstrap_servers=request.getfixturevalue("kafka"), replication=1)
    bus: Bus = KafkaBus(settings, service="harbour", partitions={bell.topic: 3, f"{bell.topic}.dead": 1})
    async with AsyncExitStack() as relayed:
        publisher = bus.publisher()
        assert publisher is not None
        relayed.push_async_callback(publisher.close)
        relay = Relay(producer, publisher, Metrics("harbour"))
        relaying = asyncio.create_task(run_alone(producer, [relay.run], pauses=PAUSES))
        relayed.push_async_callback(_cancel, relaying)
        yield Harbour(bus, producer, listener, bell)


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def databases(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Database, Database]]:
    """The producer's and the listener's."""
    async with AsyncExitStack() as opened:
        urls = [f"sqlite+aiosqlite:///{tmp_path}/{name}.db" for name in ("harbour", "pilot")]
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            urls = [await opened.enter_async_context(server.database()) for _ in urls]
        producer, listener = [await _opened(opened, url, _empty_migrations(tmp_path)) for url in urls]
        yield producer, listener


def _empty_migrations(folder: Path) -> Path:
    """Make the migrations of a service without tables of its own."""
    migrations = folder / "migrations"
    (migrations / "versions").mkdir(parents=True, exist_ok=True)
    (migrations / "env.py").write_text("from runtime.database.migrate import run_environment\n\nrun_environment()\n")
    return migrations


async def _opened(stack: AsyncExitStack, url: str, migrations: Path) -> Database:
    database = Database(Settings(url=url, durable=False), service="harbour", clock=SystemClock())
    await database.open()
    stack.push_async_callback(database.close)
    await migrate(database, migrations)
    return database


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
