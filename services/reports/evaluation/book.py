"""Keep obligations with their histories, and say how they stood at any instant, as known at any other."""

from __future__ import annotations

from collections.abc import Iterable

from services.reports.evaluation.boundaries import Boundaries
from services.reports.evaluation.columns import Columns, Duty, Mask, Standings
from services.reports.evaluation.compliance import Arranged, Cube, Layout, Together, one_by_one, tally
from services.reports.evaluation.history import NEVER, Fact, fold
from services.reports.evaluation.status import Statuses

_NOTHING_HAPPENED = fold((), NEVER, NEVER)


class Book:
    """Columns with the facts behind them.

    Its answers for a pair (t, known_at) never change: a fact that is recorded later counts only from its own
    `recorded_at`, wherever it lies on the other axis.
    """

    def __init__(self) -> None:
        self.columns = Columns()
        self._arranged = Arranged.by_cell(self.columns.unit, self.columns.period, units=0, periods=0)
        self._histories: list[list[Fact]] = []
        self.boundaries = Boundaries()
        """When a status can change although nothing is entered."""

    def __len__(self) -> int:
        return len(self.columns)

    def add(self, duty: Duty, facts: Iterable[Fact]) -> int:
        """Enter an obligation with what happened to it so far, and return its row."""
        row = self.columns.add(duty, _NOTHING_HAPPENED)
        self._histories.append([])
        self.record(row, facts)
        return row

    def record(self, row: int, facts: Iterable[Fact]) -> None:
        """Enter what happened to an obligation; facts may come in any order, also back-dated or yet to occur."""
        history = self._histories[row]
        reminder = int(self.columns.reminders[self.columns.rule[row]])
        for fact in facts:
            history.append(fact)
            self.boundaries.add(fact, reminder)
        self.columns.put(row, fold(history, NEVER, NEVER))

    def history(self, row: int) -> tuple[Fact, ...]:
        """Return all facts of a row in the order in which they were entered."""
        return tuple(self._histories[row])

    def as_of(self, t: int, known_at: int) -> Standings:
        """Return how all obligations stood at `t`, as known at `known_at`.

        Only rows with something later are folded anew. Without any these are the live columns: use them before the
        next `record`.
        """
        present = self.columns.standings
        later = self.columns.later_than(t, known_at)
        if not len(later):
            return present
        past = present.copy()
        for row in later.tolist():
            past.put(row, fold(self._histories[row], t, known_at))
        return past

    def tally(
        self, t: int, known_at: int, layout: Layout, *, periods: int, rules: Mask, together: Together = one_by_one
    ) -> tuple[Statuses, Cube]:
        """Return the statuses of a layout's rows at `t`, and how many have which in each subtree and period.

        `periods` is the length of the period table. Rows whose rule is not set in `rules`, shape [rules], stay ABSENT.
        """
        columns = self.columns
        if (self._arranged.rows, self._arranged.periods) != (len(self), periods):
            self._arranged = Arranged.by_cell(columns.unit, columns.period, units=len(layout.place), periods=periods)
        standings, own = self.as_of(t, known_at), (columns.rule, columns.reminders, self._arranged)
        return tally(standings, *own, layout, t, rules=rules, together=together)
