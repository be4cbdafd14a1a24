"""Runs of the reconciliation: asked for by operators or by the schedule, done by one replica, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, RowMapping, String, Table, Uuid, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.ids import new_id
from runtime.comparison import Reconciliation
from runtime.database import Instant, Json, Read, Write, insert_rows
from runtime.database.tables import metadata
from runtime.reconciliation.compare import reconcile
from runtime.service import Service
from runtime.telemetry.log import get_logger

EVERY_SECONDS = 15 * 60.0
"""How often the schedule asks for a run."""
_CROWD_SECONDS = 0.25
"""How long it lets commits come before it looks whether one of them asked."""
_FIRST_SECONDS = 60.0
"""How long after its start a service asks for the first one: others start too."""
_WINDOW = timedelta(days=1)
"""What a run of the schedule looks at: all that was told in the last day."""
_KEPT = timedelta(days=90)
_TRIES = 3
"""How often a run is tried: a client of the brokers may stand still after one was lost, and the next one does not."""
SCHEDULE = "schedule"
"""Who asks for the runs that nobody asks for."""

run = Table(
    "reconciliation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("since", Instant),
    Column("client", String, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("failure", String),
    Column("found", Json),
    Column("revision", BigInteger, nullable=False),
)
Index("ix_reconciliation_finished_at", run.c.finished_at)


async def ask(tx: Write, service: Service, *, since: datetime | None, client: str) -> UUID:
    """Ask for a run, and return its id."""
    run_id = new_id(service.clock)
    row = {"id": run_id, "since": since, "client": client, "asked_at": tx.recorded_at, "revision": tx.number}
    await insert_rows(tx.connection, run, [row])
    return run_id


async def find_run(read: Read, run_id: UUID) -> RowMapping | None:
    """Return a run, or None."""
    return (await read.execute(select(run).where(run.c.id == run_id))).mappings().one_or_none()


async def newest_run(read: Read) -> RowMapping | None:
    """Return the run that found something out last, or None."""
    done = select(run).where(run.c.found.is_not(None)).order_by(run.c.finished_at.desc()).limit(1)
    return (await read.execute(done)).mappings().one_or_none()


class Reconciler:
    """Does the runs that are asked for, and asks for some itself: run it by `run_alone`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._database = service.database

    async def run(self) -> None:
        """Work until cancelled, or until the database fails."""
        clock = asyncio.get_running_loop()
        due = clock.time() + _FIRST_SECONDS
        while True:
            rings = self._database.committed.rings
            if clock.time() >= due:
                due = clock.time() + EVERY_SECONDS
                await self._ask_by_schedule()
            for one in await self._waiting():
                await self._do(one)
            # Other replicas are asked too, and ring no bell here.
            await self._database.committed.after(rings, at_most=1.0, crowd=_CROWD_SECONDS)

    async def _ask_by_schedule(self) -> None:
        now = self._database.clock.now()
        await self._database.write(partial(ask, service=self._service, since=now - _WINDOW, client=SCHEDULE))
        await self._database.mark(partial(_forget, before=now - _KEPT))

    async def _waiting(self) -> Sequence[RowMapping]:
        waiting = select(run).where(run.c.finished_at.is_(None)).order_by(run.c.revision)
        async with self._database.read() as read:
            return (await read.execute(waiting)).mappings().all()

    async def _do(self, asked: RowMapping) -> None:
        found, failure = None, None
        for _ in range(_TRIES):
            try:
                found, failure = await reconcile(self._service, asked["since"]), None
                break
            except Exception as error:  # noqa: BLE001 - whoever asked is told; the relay beside it must go on
                failure = type(error).__name__
                get_logger(self._service.name).warning("not reconciled", error=failure)
        await self._database.mark(partial(self._finish, run_id=asked["id"], found=found, failure=failure))
        if found is not None and found.differences:
            get_logger(self._service.name).error("sets differ", count=found.differences)

    async def _finish(
        self, connection: AsyncConnection, run_id: UUID, found: Reconciliation | None, failure: str | None
    ) -> None:
        values = {
            "finished_at": self._database.clock.now(),
            "failure": failure,
            "found": None if found is None else found.model_dump(mode="json"),
        }
        await connection.execute(update(run).where(run.c.id == run_id).values(values))


async def _forget(connection: AsyncConnection, before: datetime) -> None:
    await connection.execute(delete(run).where(run.c.finished_at < before))
