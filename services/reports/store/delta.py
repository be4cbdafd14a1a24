"""Read what little changed in a PostgreSQL by one statement: it sees one snapshot, and goes there and back once."""

from __future__ import annotations

import numpy as np
from sqlalchemy import text

from kernel.clock import from_micros
from runtime.database import Database
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
    f"(SELECT array_agg({name} ORDER BY number) FROM series WHERE number >= CAST(:series AS integer))"  # noqa: S608
    for name in Series._fields
)
_SINCE = "CAST(:revision AS bigint)"
_CHANGED = f"""
    WITH little AS (
        SELECT count(*) <= {MOST} AS so
        FROM (SELECT FROM obligation_state WHERE revision > {_SINCE} LIMIT {MOST + 1}) changed
    )
    SELECT epoch, number, recorded_at, little.so,
        CASE WHEN little.so THEN (
            SELECT string_agg({_packed(STATE)}, CAST('' AS bytea)) FROM obligation_state s WHERE s.revision > {_SINCE}
        ) END,
        CASE WHEN little.so THEN (
            SELECT string_agg({_packed(HISTORY, history=True)}, CAST('' AS bytea))
            FROM {TOLD_ONES} WHERE s.revision > {_SINCE}
        ) END,
        (SELECT array_agg(unit_id ORDER BY number) FROM numbered_unit WHERE number >= CAST(:units AS integer)),
        (SELECT array_agg(key ORDER BY number) FROM numbered_period WHERE number >= CAST(:periods AS integer)),
        {_SERIES}
    FROM revision, little
"""  # noqa: S608 - names of our own
"""Rows come as one string of bytes, as PostgreSQL itself sends numbers: no object is made for any of them."""


async def read_little(database: Database, known: Known) -> Bulk | None:
    """Return what changed since then, its columns in no order; None if it is much, or of a new epoch."""
    given = {"revision": known.revision, "units": known.units, "periods": known.periods, "series": known.series}
    row = await database.glance(text(_CHANGED).bindparams(**given))
    epoch, number, recorded_at, is_little, states, told, units, periods, *series = list(row)
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


def _unpacked(sent: bytes | None, types: Types) -> Columns:
    rows = np.frombuffer(sent or b"", [(name, f">{type_}") for name, type_ in types.items()])
    return {name: rows[name].astype(type_) for name, type_ in types.items()}
