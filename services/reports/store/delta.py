"""Read what little changed in a PostgreSQL by one statement: it sees one snapshot, and goes there and back once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncpg
import numpy as np
from sqlalchemy import make_url

from kernel.clock import from_micros
from runtime.database import Settings
from runtime.database.columns import Columns, Types
from runtime.database.revision import Revision
from services.reports.store.columns import HISTORY, STATE, TOLD_ONES, Bulk, Known, Series, selected

MOST = 5_000
"""Rows that changed, at most: more come faster as columns."""
_SENT = {"i2": "int2send", "i4": "int4send", "i8": "int8send"}


def _packed(types: Types, *, history: bool = False) -> str:
    terms = zip(types.values(), selected(types, history=history), strict=True)
    return " || ".join(f"{_SENT[type_]}({term})" for type_, term in terms)


_SERIES = ", ".join(
    f"(SELECT array_agg({name} ORDER BY number) FROM series WHERE number >= $4)"  # noqa: S608
    for name in Series._fields
)
_CHANGED = f"""
    WITH little AS (
        SELECT count(*) <= {MOST} AS so FROM (SELECT FROM obligation_state WHERE revision > $1 LIMIT {MOST + 1}) changed
    )
    SELECT epoch, number, recorded_at, little.so,
        CASE WHEN little.so THEN (
            SELECT string_agg({_packed(STATE)}, ''::bytea) FROM obligation_state s WHERE s.revision > $1
        ) END,
        CASE WHEN little.so THEN (
            SELECT string_agg({_packed(HISTORY, history=True)}, ''::bytea) FROM {TOLD_ONES} WHERE s.revision > $1
        ) END,
        (SELECT array_agg(unit_id ORDER BY number) FROM numbered_unit WHERE number >= $2),
        (SELECT array_agg(key ORDER BY number) FROM numbered_period WHERE number >= $3),
        {_SERIES}
    FROM revision, little
"""  # noqa: S608 - names of our own
"""Rows come as one string of bytes, as PostgreSQL itself sends numbers: no object is made for any of them."""
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
        epoch, number, recorded_at, is_little, states, told, units, periods, *series = row
        if epoch != known.epoch or not is_little:
            return None
        return Bulk(
            until=Revision(epoch, number, from_micros(recorded_at)),
            whole=False,
            states=_unpacked(states, STATE),
            told=_unpacked(told, HISTORY),
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
            self._connection = await asyncpg.connect(**_connect_arguments(self._settings), server_settings=_SETTINGS)
            self._statement = await self._connection.prepare(_CHANGED)
            return await self._statement.fetchrow(*given)
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        connection, self._connection, self._statement = self._connection, None, None
        if connection is not None:
            connection.terminate()


def _connect_arguments(settings: Settings) -> Mapping[str, Any]:
    """Return what the service's own driver is given for its URL."""
    url = make_url(settings.url)
    return url.translate_connect_args(username="user") | dict(url.query)


def _unpacked(sent: bytes | None, types: Types) -> Columns:
    rows = np.frombuffer(sent or b"", [(name, f">{type_}") for name, type_ in types.items()])
    return {name: rows[name].astype(type_) for name, type_ in types.items()}
