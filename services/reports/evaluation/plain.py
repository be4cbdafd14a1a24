"""Read plain histories out of the columns, which hold them whole.

Plain is: opened with its series, then perhaps the first version received and written down at once, then perhaps that
version accepted. Nine of ten obligations have no other history.
"""

from __future__ import annotations

from services.reports.evaluation.columns import Columns
from services.reports.evaluation.history import NEVER, Fact, FactKind, Standing
from services.reports.evaluation.series import Series

FIRST_VERSION = 1


def history(columns: Columns, row: int, series: Series) -> tuple[Fact, ...]:
    """Return the plain history of a row."""
    due, first, accepted = int(columns.due[row]), int(columns.first_receipt[row]), columns.accepted_at(row)
    facts = [
        Fact(FactKind.OPENED, series.opened_at, series.opened_recorded_at, 0, due_at=None if due == NEVER else due)
    ]
    if first != NEVER:
        facts.append(Fact(FactKind.SUBMITTED, first, first + int(columns.delay[row]), 0, 1, version=FIRST_VERSION))
    if accepted != NEVER:
        facts.append(Fact(FactKind.ACCEPTED, accepted, accepted, 0, 2, version=FIRST_VERSION))
    return tuple(facts)


def standing(columns: Columns, row: int, series: Series, t: int, known_at: int) -> Standing:
    """Return how a row with a plain history stood at `t`, as known at `known_at`."""
    due, first, accepted = int(columns.due[row]), int(columns.first_receipt[row]), columns.accepted_at(row)
    exists = series.opened_at <= t and series.opened_recorded_at <= known_at
    came = first <= t and first + int(columns.delay[row]) <= known_at
    return Standing(
        exists=exists,
        due_at=due if exists and due != NEVER else None,
        excused=False,
        first_receipt_at=first if came else None,
        correction_due_at=None,
        live_version=FIRST_VERSION if came else None,
        accepted_version=FIRST_VERSION if came and accepted <= min(t, known_at) else None,
    )
