"""Keep obligations with their histories, and say how they stood at any instant, as known at any other."""

from __future__ import annotations

from collections.abc import Iterable

from services.reports.evaluation.boundaries import Boundaries
from services.reports.evaluation.columns import Columns, Duty, Standings
from services.reports.evaluation.history import NEVER, Fact, Standing, fold
from services.reports.evaluation.status import Status, Statuses, decide

_NOTHING_HAPPENED = fold((), NEVER, NEVER)


class Book:
    """Columns with the facts behind them.

    Its answers for a pair (t, known_at) never change: a fact that is recorded later counts only from its own
    `recorded_at`, wherever it lies on the other axis.
    """

    def __init__(self) -> None:
        self.columns = Columns()
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
        reminder = int(self.columns.standings.reminder[row])
        for fact in facts:
            history.append(fact)
            self.boundaries.add(fact, reminder)
        self.columns.put(row, fold(history, NEVER, NEVER))

    def history(self, row: int) -> tuple[Fact, ...]:
        """Return all facts of a row in the order in which they were entered."""
        return tuple(self._histories[row])

    def standing(self, row: int, t: int, known_at: int) -> Standing:
        """Return how one obligation stood at `t`, as known at `known_at`."""
        return fold(self._histories[row], t, known_at)

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

    def statuses(self, t: int, known_at: int) -> Statuses:
        """Return the status of every row at `t`, as known at `known_at`."""
        return decide(self.as_of(t, known_at), t)

    def status(self, row: int, t: int, known_at: int) -> Status:
        """Return the status of one row: the same rule on columns of length one."""
        alone = self.columns.standings.of_row(row)
        alone.put(0, self.standing(row, t, known_at))
        return Status(int(decide(alone, t)[0]))
