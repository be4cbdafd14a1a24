"""Know the instants at which a status can change although nothing is written."""

from __future__ import annotations

import numpy as np

from services.reports.evaluation.history import LONG_AGO, Instants

_MANY = 10_000
"""So many are put in order at once, so that they take little room; fewer wait until somebody asks."""


class Boundaries:
    """The instants at which the statuses of some obligations, or the standings of some tips, can change, sorted.

    Those that are known beforehand: due days with their reminders, correction days, and what is written down before it
    occurs. What is written down after it occurred counts together: a clock that is behind the last of it is at a
    boundary always. Instants are never taken back. Some change nothing (a due day that passes after the report is in):
    whoever keeps an answer until the next boundary may renew it once too often, never too seldom.
    """

    def __init__(self) -> None:
        self._known = _Sorted()
        self._to_occur = _Sorted()
        """Of the instants known beforehand, those at which something occurs that was written down before."""
        self._last = LONG_AGO

    def occurred(self, at: Instants, recorded_at: Instants) -> None:
        """Note when facts occurred."""
        is_to_occur = at > recorded_at
        self.note(at[is_to_occur])
        self._to_occur.add(at[is_to_occur])
        self._last = max(self._last, int(at.max(initial=LONG_AGO, where=~is_to_occur)))

    def happened(self, at: int, recorded_at: int) -> None:
        """Note when one fact occurred."""
        if at > recorded_at:
            self.occurred(np.array([at]), np.array([recorded_at]))
        else:
            self._last = max(self._last, at)

    def note(self, instants: Instants) -> None:
        """Note instants as they are."""
        self._known.add(instants)

    def around(self, t: int) -> tuple[int | None, int | None]:
        """Return the last boundary at or before `t`, and the first after it; None where there is none."""
        if t < self._last:
            return t, t + 1
        instants = self._known.all()
        place = int(np.searchsorted(instants, t, side="right"))
        before = max(self._last, int(instants[place - 1]) if place else LONG_AGO)
        return (
            None if before == LONG_AGO else before,
            int(instants[place]) if place < len(instants) else None,
        )

    def has_passed(self, since: int, t: int) -> bool:
        """Say whether an instant that was known beforehand came after `since`, and no later than `t`."""
        return self._known.has_one(since, t)

    def has_occurred(self, since: int, t: int) -> bool:
        """Say whether then something occurred that was written down before; else only hours have passed."""
        return self._to_occur.has_one(since, t)


class _Sorted:
    """Instants in order, each once, put there when somebody asks."""

    def __init__(self) -> None:
        self._sorted: Instants = np.empty(0, np.int64)
        self._added: list[Instants] = []

    def add(self, instants: Instants) -> None:
        if len(instants):
            self._added.append(np.unique(instants) if len(instants) > _MANY else instants)

    def all(self) -> Instants:
        if self._added:
            self._sorted = np.unique(np.concatenate([self._sorted, *self._added]))
            self._added = []
        return self._sorted

    def has_one(self, since: int, until: int) -> bool:
        begin, end = np.searchsorted(self.all(), [since, until], side="right")
        return bool(begin < end)
