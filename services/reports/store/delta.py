"""Read what little changed in a PostgreSQL by one statement: it sees one snapshot, and goes there and back once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import numpy as np

from kernel.clock import from_micros
from runtime.database import Settings
from runtime.database.columns import Columns, Types, connect_arguments
from runtime.database.revision import Revision
from services.reports.store.columns import HISTORY, STATE, TOLD_ONES, Bulk, Known, Series, selected

MOST = 5_000
"""Rows that changed, at most: more come faster as columns."""


def _sent(types: Types, *, history: bool = False) -> str:
    terms = zip(types, selected(types, history=history), strict=True)
    return ", ".join(f"array_send(array_agg({term})) AS {name}" for name, term in terms)


_SERIES = ", ".join(
    f"(SELECT array_agg({name} ORDER BY number) FROM series WHERE number >= $4)"  # noqa: S608
    for name in Series._fields
)
_CHANGED = f"""
    WITH little AS (
        SELECT count(*) <= {MOST} AS so FROM (SELECT FROM obligation_state WHERE revision > $1 LIMIT {MOST + 1}) changed
    )
    SELECT r.epoch, r.number, r.recorded_at, little.so,
        (SELECT array_agg(unit_id ORDER BY number) FROM numbered_unit WHERE number >= $2),
        (SELECT array_agg(key ORDER BY number) FROM numbered_period WHERE number >= $3),
        {_SERIES}, states.*, told.*
    FROM revision r CROSS JOIN little
    CROSS JOIN LATERAL (
        SELECT {_sent(STATE)} FROM obligation_state s WHERE little.so AND s.revision > $1
    ) states
    CROSS JOIN LATERAL (
        SELECT {_sent(HISTORY, history=True)} FROM {TOLD_ONES} WHERE little.so AND s.revision > $1
    ) told
"""  # noqa: S608 - names of our own
"""Columns come as PostgreSQL itself sends arrays: no object is made for any of their values."""
_BEFORE = 20
"""Bytes that such an array begins with; then stands before each value its length."""
_SETTINGS = {
    "default_transaction_read_only": "on",
    # Planning takes longer than the statement itself; and its plan is the same for every revision.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}


class DeltaReader:
    """One connection with its prepared statement."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = asyncio.Lock()
        self._connection: asyncpg.Connection | None = None
        self._statement: Any = None

    async def read(self, known: Known) -> Bulk | None:
        """Return what changed since then, its columns in no order; None if it is much, or of a new epoch."""
        async with self._turn:
            row = await self._fetch(known)
        epoch, number, recorded_at, is_little, units, periods, *columns = row
        series, columns = columns[: len(Series._fields)], columns[len(Series._fields) :]
        if epoch != known.epoch or not is_little:
            return None
        return Bulk(
            until=Revision(epoch, number, from_micros(recorded_at)),
            whole=False,
            states=_received(columns[: len(STATE)], STATE),
            told=_received(columns[len(STATE) :], HISTORY),
            units=units or (),
            periods=periods or (),
            series=[Series(*one) for one in zip(*(column or () for column in series), strict=True)],
        )

    async def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _fetch(self, known: Known) -> Any:
        given = (known.revision, known.units, known.periods, known.series)
        if self._statement is not None:
            try:
                return await self._statement.fetchrow(*given)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                # The server or its schema is another one by now: a new connection says whether there is any.
                self._drop()
        try:
            self._connection = await asyncpg.connect(**connect_arguments(self._settings), server_settings=_SETTINGS)
            self._statement = await self._connection.prepare(_CHANGED)
            return await self._statement.fetchrow(*given)
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        connection, self._connection, self._statement = self._connection, None, None
        if connection is not None:
            connection.terminate()


def _received(sent: Sequence[bytes | None], types: Types) -> Columns:
    return {
        name: np.frombuffer(one or b"", [("bytes", ">i4"), ("value", f">{type_}")], offset=_BEFORE if one else 0)[
            "value"
        ].astype(type_)
        for one, (name, type_) in zip(sent, types.items(), strict=True)
    }
