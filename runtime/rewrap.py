"""Wrap again, by the key that is current, the keys of data that older keys of the service wrapped.

It is bookkeeping and no fact: what is sealed stays as it is, byte for byte, and so does every digest of it. It is done
in small transactions of the writer, in the order of ids, and only where a wrapped key is still what was read: to kill
the process in the middle, or to do it twice, does no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, FromClause, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.crypto import DESTROYED, ServiceKeys
from runtime.crypto.key_file import Stage, Use
from runtime.crypto.vault import SealBroken
from runtime.database import Database
from runtime.pauses import Pauses
from runtime.telemetry.log import get_logger
from runtime.telemetry.metrics import Metrics

BATCH = 200
"""Keys that are wrapped again in one transaction: some milliseconds, in which intake waits."""
LOOK_SECONDS = 1.0
"""How often it looks whether another key has become current."""
PAUSES = Pauses(first=1.0, longest=3600.0)
"""Between two counts: a replica that is behind may still wrap with an older key, less and less so."""


@dataclass(frozen=True)
class WrappedKeys:
    """A column of wrapped keys."""

    table: FromClause
    thing: Column[UUID]
    """Id of the thing whose key it is."""
    wrapped: Column[str]
    context: Callable[[UUID], str]
    """Returns to what the key of a thing is bound."""


class Counted(NamedTuple):
    """How many keys of data are wrapped by which key of the service."""

    by_key: Mapping[str, int]
    """By the id of each wrapping key of the file."""
    unknown: int
    """By none of them: nobody can open what these sealed."""


class _Row(NamedTuple):
    thing: UUID
    was: str
    becomes: str


class Rewrapper:
    """Sees to it that the current key wraps everything: run it by `run_alone`."""

    def __init__(
        self, keys: ServiceKeys, columns: Sequence[WrappedKeys], *, database: Database, metrics: Metrics
    ) -> None:
        self.keys = keys
        self._columns = columns
        self._database = database
        self._metrics = metrics

    async def run(self) -> None:
        """Work until cancelled, or until the database fails."""
        clock = asyncio.get_running_loop()
        seen, waits, due = "", iter(PAUSES), 0.0
        try:
            while True:
                if self.keys.vault.current != seen:
                    seen, waits, due = self.keys.vault.current, iter(PAUSES), 0.0
                if clock.time() >= due:
                    await self.catch_up()
                    due = clock.time() + next(waits)
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            # Another replica counts from now on.
            self._metrics.keys_wrapped.clear()

    async def catch_up(self) -> None:
        """Wrap again what an older key wrapped, if anything."""
        counted = self._told(await self.count())
        if not any(n for key_id, n in counted.by_key.items() if key_id != self.keys.vault.current):
            return
        left = sum([await self._wrap_again(column) for column in self._columns])
        if left:
            get_logger(self._database.service).error("keys cannot be wrapped again", count=left)
        self._told(await self.count())

    async def count(self) -> Counted:
        """Count the wrapped keys, by the keys that wrapped them."""
        ids = [key.id for key in self.keys.known() if key.use is Use.WRAP]
        by_key, every = dict.fromkeys(ids, 0), 0
        for column in self._columns:
            wrapped = column.wrapped
            mine = [func.coalesce(func.sum(case((_is_by(wrapped, one), 1), else_=0)), 0) for one in ids]
            asked = select(func.count(), *mine).select_from(column.table).where(wrapped != DESTROYED)
            async with self._database.read() as read:
                counts: Sequence[Any] = (await read.execute(asked)).one()
            every += counts[0]
            by_key = {one: by_key[one] + int(n) for one, n in zip(ids, counts[1:], strict=True)}
        return Counted(by_key, every - sum(by_key.values()))

    async def _wrap_again(self, column: WrappedKeys) -> int:
        """Go through a column once, and return how many keys could not be opened."""
        last, broken = None, 0
        while rows := await self._page(column, last):
            again = []
            for thing, wrapped in rows:
                try:
                    again.append(_Row(thing, wrapped, self.keys.vault.wrap_again(wrapped, column.context(thing))))
                except SealBroken:
                    broken += 1
            if again:
                await self._database.mark(partial(_write, column=column, rows=again))
            last = rows[-1][0]
        return broken

    async def _page(self, column: WrappedKeys, last: UUID | None) -> Sequence[Any]:
        """Return the next things, by their ids, whose keys the current key does not wrap."""
        thing, wrapped = column.thing, column.wrapped
        asked = select(thing, wrapped).where(wrapped != DESTROYED, ~_is_by(wrapped, self.keys.vault.current))
        if last is not None:
            asked = asked.where(thing > last)
        async with self._database.read() as read:
            return (await read.execute(asked.order_by(thing).limit(BATCH))).all()

    def _told(self, counted: Counted) -> Counted:
        by_stage = {Stage.CURRENT.value: 0, Stage.OLD.value: 0, "unknown": counted.unknown}
        for key_id, n in counted.by_key.items():
            by_stage[(Stage.CURRENT if key_id == self.keys.vault.current else Stage.OLD).value] += n
        for stage, n in by_stage.items():
            self._metrics.keys_wrapped.labels(self._database.service, stage).set(n)
        return counted


def _is_by(wrapped: Column[str], key_id: str) -> Any:
    """Say in SQL whether a key is wrapped by the one with this id, which stands before the dot."""
    return func.substr(wrapped, 1, len(key_id) + 1) == f"{key_id}."


async def _write(connection: AsyncConnection, column: WrappedKeys, rows: Sequence[_Row]) -> None:
    """Write keys that are wrapped again, where nobody has changed or destroyed them meanwhile."""
    as_read = (column.thing == bindparam("of"), column.wrapped == bindparam("was"))
    statement = update(column.table).where(*as_read).values({column.wrapped.name: bindparam("becomes")})  # type: ignore[arg-type]
    given = [{"of": row.thing, "was": row.was, "becomes": row.becomes} for row in rows]
    await connection.execute(statement, given)
