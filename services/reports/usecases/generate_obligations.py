"""Make what an issued plan's units owe: once, however often the event arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from contracts.plan import Plan
from kernel.calendar.days_off import Calendar
from runtime.database import Database, Write
from services.reports.domain.obligation import Obligation, effective_at, owed_under
from services.reports.evaluation.history import FactKind
from services.reports.store.happenings import Happening, open_obligations
from services.reports.store.plans import keep_version, note_generated

CHUNK = 2000
"""Obligations in one transaction at most: writers that wait for their turn wait for one chunk."""


async def generate_obligations(plan: Plan, occurred_at: datetime, calendar: Calendar, database: Database) -> None:
    """Write a plan and all its obligations, in transactions of at most `CHUNK`.

    Until `finish_generation` the plan counts as generating. Ids are derived, so doing it again changes nothing.
    """
    owed = owed_under(plan, calendar)
    opened = Happening(FactKind.OPENED, effective_at(plan), trace={"plan_version": plan.version})
    chunk: Sequence[Obligation] = list(islice(owed, CHUNK))
    while True:

        async def write_chunk(tx: Write, some: Sequence[Obligation] = chunk) -> None:
            await keep_version(tx, plan, occurred_at)
            await open_obligations(tx, some, opened)

        await database.write(write_chunk)
        chunk = list(islice(owed, CHUNK))
        if not chunk:
            return


async def finish_generation(plan: Plan, *, tx: Write) -> None:
    """Note that all obligations of a plan are there."""
    await note_generated(tx, plan.plan_id)
