"""Read what little changed in a PostgreSQL by one statement: it sees one snapshot, and goes there and back once.

Those histories that have more to tell take another one. Facts are only ever added, so that those up to a revision are
the same whenever they are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import text

from kernel.clock import from_micros
from runtime.database import Database
from runtime.database.columns import Columns, Types, packing, unpacked
from runtime.database.revision import Revision
from services.reports.evaluation.columns import Flag
from services.reports.store.columns import HISTORY, PACKED, STATE, Bulk, Known, selected

MOST = 5_000
"""Rows that changed, at most: more come faster as columns."""

_FACTS = packing(selected(HISTORY, history=True), HISTORY)
_SINCE = "CAST(:revision AS bigint)"
_CHANGED = text(f"""
    SELECT r.epoch, r.number, r.recorded_at, changed.*,
        (SELECT array_agg(kind) FROM newest_fact WHERE revision > {_SINCE}) AS others
    FROM revision r CROSS JOIN (
        SELECT string_agg({PACKED}, '') AS states, max(s.series_no) AS series,
            array_agg(s.id) FILTER (WHERE (s.flags & {Flag.TOLD.value}) <> 0) AS told
        FROM (
            SELECT id, packed, series_no, flags FROM obligation_state WHERE revision > {_SINCE}
            ORDER BY revision LIMIT {MOST + 1}
        ) s
    ) changed
""")  # noqa: S608 - names of our own
"""All numbers come in one value: no object is made for any of them. `newest_fact` has a row for each of `OTHERS`."""
_TOLD = text(f"""
    SELECT (SELECT epoch FROM revision) AS epoch, string_agg({_FACTS}, '') AS facts
    FROM obligation_state s CROSS JOIN LATERAL (
        SELECT * FROM obligation_history
        WHERE obligation_id = s.id AND revision <= CAST(:until AS bigint) OFFSET 0
    ) h
    WHERE s.id = ANY(CAST(:ids AS uuid[]))
""")  # noqa: S608 - names of our own
"""Histories are looked up one by one (OFFSET): PostgreSQL expects most of them to be asked for, and would read all."""


def _none_of(types: Types) -> Columns:
    return {name: np.empty(0, type_) for name, type_ in types.items()}


_NO_STATES, _NO_HISTORIES = _none_of(STATE), _none_of(HISTORY)


async def read_little(database: Database, known: Known) -> Bulk | None:
    """Return what changed since then, its columns in no order; None if it is much, or of a new epoch.

    So it is where a series begins: units and periods get numbers with those that are opened in it.
    """
    epoch, number, recorded_at, packed, newest_series, told_ones, others = await database.glance(
        _CHANGED, {"revision": known.revision}
    )
    states = _NO_STATES if packed is None else unpacked(packed, STATE)
    was_opened = newest_series is not None and newest_series >= known.series
    if epoch != known.epoch or was_opened or len(states["flags"]) > MOST:
        return None
    told: Columns | None = _NO_HISTORIES
    if told_ones:
        told = await _histories(database, epoch, {"ids": told_ones, "until": number})
    if told is None:
        return None
    until = Revision(epoch, number, from_micros(recorded_at))
    return Bulk(until, False, states, told, units=(), periods=(), series=(), others=others or ())


async def _histories(database: Database, epoch: UUID, given: Mapping[str, Any]) -> Columns | None:
    """Return histories; None if the database was restored meanwhile, or is just being restored."""
    found = await database.glance(_TOLD, given)
    return None if found.epoch != epoch or found.facts is None else unpacked(found.facts, HISTORY)
