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
from services.reports.store.judgements import JudgementRow
from services.reports.store.plans import PlanRow, PlanVersionRow
from services.reports.store.releases import ReleaseRow
from services.reports.store.reports import ReportVersionRow
from services.reports.store.tips import TipHistoryRow

MOST = 5_000
"""Rows that changed, at most: more come faster as columns."""

_FACTS = packing(selected(HISTORY, history=True), HISTORY)
_SINCE = "CAST(:revision AS bigint)"
_OTHERS = (PlanRow, PlanVersionRow, ReportVersionRow, JudgementRow, TipHistoryRow, ReleaseRow)
_HAS_MORE = " OR ".join(f"EXISTS (SELECT FROM {one.__tablename__} WHERE revision > {_SINCE})" for one in _OTHERS)
_CHANGED = text(f"""
    SELECT r.epoch, r.number, r.recorded_at, {_HAS_MORE} AS has_more, changed.*,
        EXISTS (SELECT FROM series WHERE number >= CAST(:series AS integer)) AS was_opened
    FROM revision r CROSS JOIN (
        SELECT string_agg({PACKED}, '') AS states,
            array_agg(s.id) FILTER (WHERE (s.flags & {Flag.TOLD.value}) <> 0) AS told
        FROM (
            SELECT * FROM obligation_state WHERE revision > {_SINCE} ORDER BY revision LIMIT {MOST + 1}
        ) s
    ) changed
""")  # noqa: S608 - names of our own
"""All numbers come in one value: no object is made for any of them."""
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
    found = await database.glance(_CHANGED, {"revision": known.revision, "series": known.series})
    states = _NO_STATES if found.states is None else unpacked(found.states, STATE)
    if found.epoch != known.epoch or found.was_opened or len(states["flags"]) > MOST:
        return None
    told: Columns | None = _NO_HISTORIES
    if found.told:
        told = await _histories(database, found.epoch, {"ids": found.told, "until": found.number})
    if told is None:
        return None
    until = Revision(found.epoch, found.number, from_micros(found.recorded_at))
    return Bulk(until, False, states, told, units=(), periods=(), series=(), has_more=found.has_more)


async def _histories(database: Database, epoch: UUID, given: Mapping[str, Any]) -> Columns | None:
    """Return histories; None if the database was restored meanwhile, or is just being restored."""
    found = await database.glance(_TOLD, given)
    return None if found.epoch != epoch or found.facts is None else unpacked(found.facts, HISTORY)
