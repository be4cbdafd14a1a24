"""Know the instants at which a status can change although nothing is written."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.history import LONG_AGO, Instants

Mask = npt.NDArray[np.bool_]


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
        self._sorted: Instants = np.empty(0, np.int64)
        self._noted: list[Instants] = []
        self._last = LONG_AGO

    def occurred(self, at: Instants, recorded_at: Instants) -> None:
        """Note when facts occurred."""
        self.note(at, where=at > recorded_at)
        self._last = max(self._last, int(at.max(initial=LONG_AGO, where=at <= recorded_at)))

    def happened(self, at: int, recorded_at: int) -> None:
        """Note when one fact occurred."""
        if at > recorded_at:
            self._noted.append(np.array([at]))
        else:
            self._last = max(self._last, at)

    def note(self, *instants: Instants, where: Mask) -> None:
        """Note instants as they are, some of them."""
        for column in instants:
            noted = column[where]
            self._noted.append(np.unique(noted) if len(noted) > _MANY else noted)

    def around(self, t: int) -> tuple[int | None, int | None]:
        """Return the last boundary at or before `t`, and the first after it; None where there is none."""
        if t < self._last:
            return t, t + 1
        instants = self._in_order()
        place = int(np.searchsorted(instants, t, side="right"))
        before = max(self._last, int(instants[place - 1]) if place else LONG_AGO)
        return (
            None if before == LONG_AGO else before,
            int(instants[place]) if place < len(instants) else None,
        )

    def has_passed(self, since: int, t: int) -> bool:
        """Say whether an instant that was known beforehand came after `since`, and no later than `t`."""
        instants = self._in_order()
        begin, end = np.searchsorted(instants, [since, t], side="right")
        return bool(begin < end)

    def _in_order(self) -> Instants:
        if self._noted:
            self._sorted = np.unique(np.concatenate([self._sorted, *self._noted]))
            self._noted = []
        return self._sorted
