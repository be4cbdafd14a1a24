"""Know the instants at which a status can change although nothing is written."""

from __future__ import annotations

from array import array

import numpy as np

from services.reports.evaluation.columns import Instants
from services.reports.evaluation.history import Fact


class Boundaries:
    """The instants at which the statuses of some obligations, or the standings of some tips, can change, sorted.

    Each of them stands in a fact: the instant at which it occurs, the due day it sets and that day's reminder,
    the correction day. Facts are never taken back, so neither are instants. Some change nothing (a due day that
    passes after the report is in): whoever keeps an answer until the next boundary may renew it once too often,
    never too seldom.
    """

    def __init__(self) -> None:
        self._instants = array("q")
        self._sorted: Instants = np.empty(0, np.int64)

    def add(self, fact: Fact, reminder: int) -> None:
        """Note the instants of a fact of an obligation that is due soon `reminder` microseconds before its due day."""
        self.note(fact.occurred_at)
        if fact.due_at is not None:
            self.note(fact.due_at - reminder, fact.due_at)
        if fact.correction_due_at is not None:
            self.note(fact.correction_due_at)

    def note(self, *instants: int) -> None:
        """Note instants as they are."""
        self._instants.extend(instants)

    def passed(self, t: int) -> int:
        """Return how many boundaries lie at or before `t`: two instants with the same number have the same statuses."""
        return int(np.searchsorted(self._in_order(), t, side="right"))

    def next_after(self, t: int) -> int | None:
        """Return the first boundary after `t`; None if no status will ever change by itself again."""
        instants = self._in_order()
        place = self.passed(t)
        return int(instants[place]) if place < len(instants) else None

    def last_by(self, t: int) -> int | None:
        """Return the last boundary at or before `t`; None if none has passed."""
        place = self.passed(t)
        return int(self._in_order()[place - 1]) if place else None

    def around(self, t: int) -> tuple[int | None, int | None]:
        """Return the last boundary at or before `t`, and the first after it."""
        return self.last_by(t), self.next_after(t)

    def _in_order(self) -> Instants:
        if self._instants:
            added = np.array(self._instants, np.int64)
            self._sorted = np.unique(np.concatenate([self._sorted, added]))
            self._instants = array("q")
        return self._sorted
