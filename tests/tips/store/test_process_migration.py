"""What the older version of the service kept goes on in the new process, with its clocks and in one ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.clock import SetClock
from runtime.alarms import alarm_clock
from runtime.database import Database
from runtime.database.migrate import migrate
from services.tips.store.ledger import WHOLE, HeadRow
from services.tips.store.readings import READINGS, readings_with_chain
from services.tips.store.tips import DEADLINE_MISSED, HistoryRow, TipRow
from services.tips.wiring import MIGRATIONS, Tips
from tests.tips.desk import INFORMANT, Desk

pytestmark = pytest.mark.asyncio

_NEW = (
    *("reached_id", "reached_at", "remote", "informant_known", "paused", "extensions", "transferred_at"),
    *("incompetent_at", "suspended_at", "receipt_told_at", "acceptance_told_at", "outcome_told_at"),
    *("instance", "grade", "transferred_late", "duplicate_of"),
    *("closed_at", "retained_at", "destroyed_at", "unread_since"),
)
_TABLES = ("ledger_node", "ledger_seal", "tip_message", "tip_disclosure", "tip_route", "tip_digest", "tip_body")
_head = HeadRow.__table__  # type: ignore[attr-defined]
_tip = TipRow.__table__  # type: ignore[attr-defined]
_history = HistoryRow.__table__  # type: ignore[attr-defined]


async def take_back(database: Database) -> None:
    """Bring a database back to the schema that it had before, with what is in it."""
    statements = [
        *(f"DROP INDEX {name}" for name in ("ix_tip_duplicate_of", "ix_tip_open", "ix_tip_kept", "ix_tip_unread")),
        *(f"ALTER TABLE tip DROP COLUMN {name}" for name in _NEW),
        "CREATE INDEX ix_tip_due_at ON tip (due_at)",
        "DELETE FROM alarm_clock",
        *(f"DROP TABLE {name}" for name in _TABLES),
        "UPDATE service_schema_version SET version_num = '20261125_first_tables'",
    ]

    async def undo(connection: AsyncConnection) -> None:
        async def forget(row: Any) -> None:
            facts = {name: value for name, value in row.facts.items() if name != "limit"}
            mine = (_history.c.tip_id == row.tip_id, _history.c.kind == DEADLINE_MISSED)
            await connection.execute(update(_history).where(*mine).values(facts=facts))

        for row in (await connection.execute(select(_history).where(_history.c.kind == DEADLINE_MISSED))).all():
            await forget(row)
        for statement in statements:
            await connection.execute(text(statement))
        await connection.execute(delete(_head).where(_head.c.unit_id.in_([WHOLE, READINGS])))
        await connection.run_sync(drop_new_keys)

    await database.mark(undo)


def drop_new_keys(connection: Connection) -> None:
    """Drop the columns that have a key of their own, which SQLite can only do by a new table."""
    operations = Operations(MigrationContext.configure(connection))
    with operations.batch_alter_table("tip_reading") as batch:
        batch.drop_constraint("uq_tip_reading_entry", type_="unique")
        for name in ("kind", "entry", "chain"):
            batch.drop_column(name)
    with operations.batch_alter_table("tip") as batch:
        for name in ("position", "follow_up"):
            batch.drop_constraint(f"uq_tip_{name}", type_="unique")
            batch.drop_column(name)


async def kept(database: Database) -> tuple[dict[Any, Any], list[Any], set[Any], set[Any]]:
    """Return tips by id (without their codes), what was missed, the ends of all chains, and which clocks are wound."""
    columns = [column for column in _tip.c if column.name != "follow_up"]
    async with database.read() as read:
        tips = {row.id: row for row in (await read.execute(select(*columns))).all()}
        heads = {tuple(row) for row in await read.execute(select(_head.c.unit_id, _head.c.entries, _head.c.chain))}
        missed = (await read.execute(select(_history.c.facts).where(_history.c.kind == DEADLINE_MISSED))).scalars()
        return tips, list(missed), heads, set((await read.execute(select(alarm_clock.c.subject_id))).scalars())


@pytest.mark.usefixtures("nobody_watches")
async def test_tips_of_before_stand_as_they_stood_and_those_that_run_are_looked_at(
    province: Desk, service: Tips, clock: SetClock
) -> None:
    tips = [await province.entered(informant=INFORMANT), await province.entered(), await province.entered()]
    await province.done(tips[0], "classify", category="complaint")
    clock.advance(timedelta(hours=25))
    await province.done(tips[1], "classify", category="crime_report")
    await province.done(tips[2], "classify", category="feedback")
    await province.done(tips[2], "assign", to="60.CA")
    await province.done(tips[2], "resolve", outcome="unfounded")
    await province.done(tips[2], "close")
    for tip in tips:
        await province.read(f"{tip}/content")
    rows, missed, heads, _ = await kept(service.database)

    await take_back(service.database)
    await migrate(service.database, MIGRATIONS)

    async with service.database.read() as read:
        assert (await readings_with_chain(read)).compared == len(tips)
    # The crime report was classified too late; and what is feedback was noted as missed too, before it was known.
    assert await kept(service.database) == (rows, missed, heads, {one for one in rows if rows[one].state != "closed"})
    assert [facts["limit"] for facts in missed] == ["classify", "classify"]
