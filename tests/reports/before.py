"""Bring a database back to the schema that it had before obligations were flat, with what is in it."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.database import Database
from services.reports.evaluation.history import NEVER

_FLAT = ("unit_no", "period_no", "series_no", "due", "first_receipt_at", "first_recorded_at", "accepted_at")

_OF_POSTGRESQL = (
    "DROP TABLE newest_fact",
    "DROP FUNCTION note_newest_fact CASCADE",
    "ALTER TABLE obligation_state DROP COLUMN packed",
)


async def take_back(database: Database, version: str = "20261125_clocks_of_alarms") -> None:
    """Undo the migration that made them flat, and say that the schema is of an earlier version."""
    statements = [
        *(() if database.settings.is_sqlite() else _OF_POSTGRESQL),
        "DROP INDEX ix_obligation_state_told",
        "ALTER TABLE obligation_state ADD COLUMN due_at BIGINT",
        f"UPDATE obligation_state SET due_at = NULLIF(due, {NEVER})",  # noqa: S608 - a number of ours
        *(f"ALTER TABLE obligation_state DROP COLUMN {name}" for name in (*_FLAT, "correction_due_at", "flags")),
        *(f"DROP TABLE {name}" for name in ("numbered_unit", "numbered_period", "series")),
        f"UPDATE service_schema_version SET version_num = '{version}'",  # noqa: S608
    ]

    async def undo(connection: AsyncConnection) -> None:
        for statement in statements:
            await connection.execute(text(statement))

    await database.mark(undo)
