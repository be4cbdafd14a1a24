"""Health: alive, ready, and measured, also while something is down."""

from __future__ import annotations

from typing import Any, NoReturn

import httpx
import pytest
from sqlalchemy import column, table, text

from runtime.auth.keys import KeySource
from runtime.auth.verifier import TokenVerifier
from runtime.consumer import Consumer
from runtime.database import Database
from runtime.database.migrate import SchemaUnknown
from runtime.service import Service
from tests.rig import a_client
from tests.runtime.http.conftest import light, on_sqlite_only
from tests.runtime.lighthouse.service import an_app

pytestmark = [pytest.mark.asyncio, on_sqlite_only]

Caller = dict[str, str]

PARTS = ("database", "schema", "keys", "bus")


async def test_a_running_service_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    alive, ready = await client.get("/healthz"), await client.get("/readyz")

    assert alive.json() == {"status": "alive"}
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "parts": dict.fromkeys(PARTS, "ok")})


async def change_schema(database: Database) -> None:
    versions = table("service_schema_version", column("version_num"))
    newer = versions.update().values(version_num="29991231_from_the_future")
    await database.mark(lambda connection: connection.execute(newer))


async def test_a_service_whose_schema_was_changed_under_it_is_not_ready(
    client: httpx.AsyncClient, service: Service
) -> None:
    await change_schema(service.database)

    ready = await client.get("/readyz")

    assert (ready.status_code, ready.json()["parts"]["schema"]) == (503, "unknown")


async def test_a_service_that_cannot_verify_tokens_is_not_ready(client: httpx.AsyncClient, service: Service) -> None:
    async def silence() -> NoReturn:
        raise httpx.ConnectError("nobody there")

    service.verifier = TokenVerifier(
        "https://issuer.test", "lanhmanh", KeySource(silence, service.clock), service.clock
    )

    ready = await client.get("/readyz")

    assert (ready.status_code, ready.json()["parts"]["keys"]) == (503, "unavailable")


async def test_a_service_does_not_start_on_a_schema_that_it_does_not_know(database: Database, service: Service) -> None:
    await change_schema(database)
    await database.close()

    with pytest.raises(SchemaUnknown, match="29991231_from_the_future"):
        async with a_client(an_app(service)):
            pass


async def test_what_was_written_is_measured(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    before = (await client.get("/metrics")).text
    await light(client, kim_tan, "Kê Gà")
    after = (await client.get("/metrics")).text

    # The units took the first number.
    assert 'lanhmanh_revision{service="lighthouse"} 1.0' in before
    assert 'lanhmanh_revision{service="lighthouse"} 2.0' in after
    assert 'lanhmanh_dead_letters_waiting{service="lighthouse"} 0.0' in after


async def test_the_lag_of_each_topic_is_measured(service: Service) -> None:
    topics = ("lanhmanh.lighthouse", "lanhmanh.harbour")
    parts: dict[str, Any] = {"database": service.database, "bus": service.bus, "metrics": service.metrics}
    service.consumers = [Consumer("keeper", topic, (), **parts) for topic in topics]
    async with a_client(an_app(service)) as client:
        measured = (await client.get("/metrics")).text

    for topic in topics:
        assert f'lanhmanh_consumer_lag{{consumer="keeper",service="lighthouse",topic="{topic}"}} 0.0' in measured


async def test_a_database_that_does_not_answer_is_said_and_the_rest_is_still_measured(
    client: httpx.AsyncClient, service: Service
) -> None:
    await client.get("/healthz")
    await service.database.mark(lambda connection: connection.execute(text("ALTER TABLE revision RENAME TO gone")))
    await service.database.mark(lambda connection: connection.execute(text("DROP TABLE service_schema_version")))

    ready, measured = await client.get("/readyz"), await client.get("/metrics")

    assert (ready.status_code, measured.status_code) == (503, 200)
    assert 'lanhmanh_requests_total{method="GET",route="/healthz"' in measured.text
