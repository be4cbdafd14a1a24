"""The servers for tests start, are told apart, and end with the run: whichever way it ends."""

from __future__ import annotations

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from tests.servers.lease import Lease, ServerUnavailable
from tests.servers.plugin import do_without
from tests.servers.postgres import PostgresServer


@pytest.mark.asyncio
async def test_postgres_acknowledges_only_what_is_on_disk(postgres_database: str) -> None:
    connection = await asyncpg.connect(postgres_database)
    try:
        settings = [await connection.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit")]
    finally:
        await connection.close()

    assert settings == ["on", "on"]


@pytest.mark.asyncio
async def test_kafka(kafka: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    print(await admin.list_topics())
    await admin.close()
