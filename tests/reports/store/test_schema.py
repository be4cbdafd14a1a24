"""The tables in the code and those that the migrations make are the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from contracts.model import Event
from kernel.clock import SetClock
from services.reports.store.schema import TABLES, metadata
from tests.rig import a_database


@pytest.fixture
def told_before() -> Sequence[Event]:
    """Nothing."""
    return ()


@pytest.mark.asyncio
async def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str, clock: SetClock) -> None:
    def differences(connection: Connection) -> list[Any]:
        def is_ours(found: Any, name: str | None, kind: str, *_: Any) -> bool:
            # What the database makes by itself, the code need not know.
            return name in metadata.tables if kind == "table" else getattr(found, "computed", None) is None

        options = {"include_object": is_ours, "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    async with a_database(database_url, service="reports", clock=clock) as database, database.read() as read:
        assert await read.connection.run_sync(differences) == []


def test_every_table_of_the_service_is_listed() -> None:
    assert {row.__tablename__ for row in TABLES} == set(metadata.tables)
