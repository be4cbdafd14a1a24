"""How obligations stand as columns, and what a reader that follows them has read: the shapes of bulk reading."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from runtime.database.columns import Columns, Types
from runtime.database.revision import Revision
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.history import LONG_AGO, NEVER

KEY = ("unit_no", "period_no", "series_no")
"""Which obligation it is: of a unit, for a period, under the rule of a series."""
STATE: Types = {
    **dict.fromkeys(KEY, "i4"),
    **dict.fromkeys(("due", "first_receipt_at", "first_recorded_at", "accepted_at", "correction_due_at"), "i8"),
    "flags": "i2",
}
"""The columns of states, in the order of `KEY`: those of the table."""
PACKED = "s.packed"
"""All of them as one value, which PostgreSQL makes whenever it writes a row: their `packing`, in this order."""
HISTORY: Types = {
    **dict.fromkeys(KEY, "i4"),
    "revision": "i8",
    "ordinal": "i4",
    "kind": "i2",
    **dict.fromkeys(("occurred_at", "recorded_at", "due_at"), "i8"),
    "version": "i4",
    "correction_due_at": "i8",
}
"""The columns of histories, in the order of `KEY`, revision and ordinal. What is not there is NEVER, 0 and LONG_AGO."""

NO_VALUE = {"due_at": NEVER, "version": 0, "correction_due_at": LONG_AGO}

_TOLD = Flag.TOLD.value
TOLD_ONES = f"obligation_state s JOIN obligation_history h ON h.obligation_id = s.id AND (s.flags & {_TOLD}) = {_TOLD}"
"""The rows of histories beside their states, of those that have more to tell.

PostgreSQL expects few rows of an equation, and most of an inequation: of that it would read all histories.
"""


def selected(types: Types, *, history: bool = False) -> list[str]:
    """Return the terms of a query for columns, none of which gives null."""

    def term(name: str) -> str:
        if not history or name in KEY:
            return f"s.{name}"
        return f"coalesce(h.{name}, {NO_VALUE[name]})" if name in NO_VALUE else f"h.{name}"

    return [term(name) for name in types]


OTHERS = frozenset({"plan", "plan_version", "report_version", "judgement", "tip_history", "statistics_release"})
"""Tables that a board reads beside these: in PostgreSQL, triggers note when each was last written to."""


class Series(NamedTuple):
    """What obligations have in common that were opened together. Instants are microseconds UTC."""

    plan_id: UUID
    rule: str
    requirement: str
    period: str
    title: str
    opened_at: int
    opened_recorded_at: int
    revision: int


class Known(NamedTuple):
    """How far a reader has read."""

    epoch: UUID | None = None
    revision: int = 0
    units: int = 0
    periods: int = 0
    series: int = 0
    """How many units, periods and series it knows: numbers begin at 0."""


class Bulk(NamedTuple):
    """All that changed since what was known, or all there is, as it was at one revision."""

    until: Revision
    whole: bool
    """Whether it is all there is: at first, and in a new epoch."""
    states: Columns
    """As `STATE` says."""
    told: Columns
    """The whole histories of those states that have more to tell, as `HISTORY` says."""
    units: Sequence[UUID]
    periods: Sequence[str]
    series: Sequence[Series]
    """Those with the numbers from what was known on, in order."""
    others: Collection[str] = OTHERS
    """Which other tables may have something new."""


def known_after(known: Known, bulk: Bulk) -> Known:
    """Return how far a reader has read that knew so much, and has read this."""
    before = Known() if bulk.whole else known
    return Known(
        epoch=bulk.until.epoch,
        revision=bulk.until.number,
        units=before.units + len(bulk.units),
        periods=before.periods + len(bulk.periods),
        series=before.series + len(bulk.series),
    )
