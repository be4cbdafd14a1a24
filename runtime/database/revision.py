"""The one row that numbers and times every transaction that changes facts.

Because its lock is held until the commit, numbers commit in order: whoever follows `revision > last seen` misses
nothing (a plain sequence does lose rows, and a reader below PostgreSQL's snapshot horizon waits for strangers).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Table, Uuid, case, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.clock import from_micros, to_micros
from runtime.database.tables import metadata

revision = Table(
    "revision",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("epoch", Uuid, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)


_TICK = timedelta(microseconds=1)


class Revision(NamedTuple):
    """A point in a database's history."""

    epoch: UUID
    """Changed by a restore or a fail-over: numbers of different epochs cannot be compared."""
    number: int
    recorded_at: datetime

    def next(self, now: datetime) -> Revision:
        """Return the one that follows, if it is taken now."""
        return Revision(self.epoch, self.number + 1, max(now, self.recorded_at + _TICK))


async def take_next(connection: AsyncConnection, now: datetime) -> Revision:
    """Take the next number and hold its lock until the transaction ends.

    Call it first and outside any savepoint: a number taken inside one that rolls back is given twice.
    `recorded_at` is max(now, previous + 1 µs), so that it grows even when the clock steps back.
    """
    micros = literal(to_micros(now), BigInteger)
    later = revision.c.recorded_at + 1
    statement = (
        update(revision)
        .values(number=revision.c.number + 1, recorded_at=case((micros > later, micros), else_=later))
        .returning(revision.c.epoch, revision.c.number, revision.c.recorded_at)
    )
    return to_revision((await connection.execute(statement)).one())


NEWEST = select(revision.c.epoch, revision.c.number, revision.c.recorded_at)
"""Asks for the newest committed point."""


def to_revision(row: Any) -> Revision:
    """Return the point that `NEWEST` found."""
    return Revision(row.epoch, row.number, from_micros(row.recorded_at))


async def newest(connection: AsyncConnection) -> Revision:
    """Return the newest committed point."""
    return to_revision((await connection.execute(NEWEST)).one())
