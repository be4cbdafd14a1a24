"""Read what little changed in a PostgreSQL by one statement: it sees one snapshot, and goes there and back once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import text

from kernel.clock import from_micros
from runtime.database import Database
from runtime.database.columns import Columns, Types
from runtime.database.revision import Revision
from services.reports.evaluation.columns import Flag
from services.reports.store.columns import HISTORY, STATE, Bulk, Known, Series, selected
from services.reports.store.judgements import JudgementRow
from services.reports.store.plans import PlanRow, PlanVersionRow
from services.reports.store.releases import ReleaseRow
from services.reports.store.reports import ReportVersionRow
from services.reports.store.tips import TipHistoryRow

MOST = 5_000
"""Rows that changed, at most: more come faster as columns."""


def _sent(types: Types, *, history: bool = False) -> str:
    terms = zip(types, selected(types, history=history), strict=True)
    return ", ".join(f"array_send(array_agg({term})) AS {name}" for name, term in terms)


_SERIES = ", ".join(f"array_agg({name} ORDER BY number)" for name in Series._fields)
_SINCE = "CAST(:revision AS bigint)"
_OTHERS = (PlanRow, PlanVersionRow, ReportVersionRow, JudgementRow, TipHistoryRow, ReleaseRow)
_HAS_MORE = " OR ".join(f"EXISTS (SELECT FROM {one.__tablename__} WHERE revision > {_SINCE})" for one in _OTHERS)
_CHANGED = f"""
    WITH changed AS MATERIALIZED (
        SELECT s.id, {", ".join(selected(STATE))}
        FROM obligation_state s WHERE s.revision > {_SINCE} ORDER BY s.revision LIMIT {MOST + 1}
    ), little AS MATERIALIZED (
        SELECT count(*) <= {MOST} AS so FROM changed
    )
    SELECT r.epoch, r.number, r.recorded_at, little.so, {_HAS_MORE},
        (SELECT array_agg(unit_id ORDER BY number) FROM numbered_unit WHERE number >= CAST(:units AS integer)),
        (SELECT array_agg(key ORDER BY number) FROM numbered_period WHERE number >= CAST(:periods AS integer)),
        series.*, states.*, told.*
    FROM revision r CROSS JOIN little
    CROSS JOIN LATERAL (SELECT {_SERIES} FROM series WHERE number >= CAST(:series AS integer)) series
    CROSS JOIN LATERAL (SELECT {_sent(STATE)} FROM changed s WHERE little.so) states
    CROSS JOIN LATERAL (
        SELECT {_sent(HISTORY, history=True)}
        FROM changed s CROSS JOIN LATERAL (SELECT * FROM obligation_history WHERE obligation_id = s.id OFFSET 0) h
        WHERE little.so AND (s.flags & {Flag.TOLD.value}) <> 0
    ) told
"""  # noqa: S608 - names of our own
"""Columns come as PostgreSQL itself sends arrays: no object is made for any of their values.

Histories are looked up one by one (OFFSET): PostgreSQL expects most of what changed to have one, and would read all.
"""
_STATEMENT = text(_CHANGED)
_BEFORE = 20
"""Bytes that such an array begins with; then stands before each value its length."""


async def read_little(database: Database, known: Known) -> Bulk | None:
    """Return what changed since then, its columns in no order; None if it is much, or of a new epoch."""
    given = {"revision": known.revision, "units": known.units, "periods": known.periods, "series": known.series}
    row = await database.glance(_STATEMENT, given)
    epoch, number, recorded_at, is_little, has_more, units, periods, *columns = list(row)
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
        has_more=has_more,
        series=[Series(*one) for one in zip(*(column or () for column in series), strict=True)],
    )


def _received(sent: Sequence[bytes | None], types: Types) -> Columns:
    return {
        name: np.frombuffer(one or b"", [("bytes", ">i4"), ("value", f">{type_}")], offset=_BEFORE if one else 0)[
            "value"
        ].astype(type_)
        for one, (name, type_) in zip(sent, types.items(), strict=True)
    }
