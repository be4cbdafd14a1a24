"""Count statuses by unit and period, for every unit of a tree at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from kernel.shares import Share
from services.reports.evaluation.columns import Indices, Mask
from services.reports.evaluation.status import Status, Statuses

NOWHERE = -1
"""The place of a unit that is not in a tree."""

COUNTED = tuple(status for status in Status if status is not Status.ABSENT)
"""The statuses that add up to all obligations."""


class UnevenLayout(ValueError):
    """The places are not in depth-first order."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A tree in depth-first order, so that a unit and all below it are a range of places."""

    until: Indices
    """Shape [places]: the exclusive end of the range that begins with each place."""
    place: Indices
    """Shape [units]: where what a unit reports is counted; NOWHERE if it is in no count.

    In the tree of then that is the unit's own place, in the tree of now that of whoever took over from it.
    """

    @classmethod
    def of(cls, parents: Sequence[int], place: Sequence[int] | None = None) -> Self:
        """Make a layout from the place of each place's parent (NOWHERE for a root), in depth-first order.

        Without `place`, unit i stands at place i.

        Raises:
            UnevenLayout: The places are not in depth-first order, so that a subtree is not a range.

        >>> Layout.of([-1, 0, 1, 0]).until.tolist()
        [4, 3, 3, 4]
        """
        until = [len(parents)] * len(parents)
        path: list[int] = []
        for child, parent in enumerate(parents):
            while path and path[-1] != parent:
                until[path.pop()] = child
            if parent != NOWHERE and not path:
                raise UnevenLayout(f"place {child} does not stand within the range of its parent {parent}")
            path.append(child)
        own = range(len(parents)) if place is None else place
        return cls(np.array(until, np.int32), np.array(own, np.int32))

    def span(self, place: int) -> range:
        """Return the places of a unit and of all below it."""
        return range(place, int(self.until[place]))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many obligations have which status."""

    excused: int = 0
    undated: int = 0
    requested: int = 0
    on_time: int = 0
    late: int = 0
    returned: int = 0
    overdue: int = 0
    due_soon: int = 0
    not_due: int = 0

    @property
    def total(self) -> int:
        """All obligations that exist."""
        return sum(self.of(status) for status in COUNTED)

    @property
    def expected_so_far(self) -> int:
        """Those that came, or whose due instant has passed, or that were sent back."""
        return self.on_time + self.late + self.returned + self.overdue

    @property
    def reporting_rate(self) -> Share:
        """What came, of what was expected so far."""
        return Share(self.on_time + self.late, self.expected_so_far)

    @property
    def on_time_rate(self) -> Share:
        """What came on time, of what was expected so far."""
        return Share(self.on_time, self.expected_so_far)

    def of(self, status: Status) -> int:
        """Return the number of one status; ABSENT is in no count."""
        count: int = getattr(self, status.label)
        return count


@dataclass(frozen=True, slots=True)
class Cube:
    """Counts for every unit with all below it, by period and status."""

    subtree: npt.NDArray[np.int64]
    """Shape [places, periods, statuses]; the absent ones have their place, but `counts` leaves them out."""

    def counts(self, place: int, periods: Iterable[int] | None = None) -> Counts:
        """Return the counts of a unit with all below it, over some periods or all."""
        plane = self.subtree[place]
        sums = plane.sum(axis=0) if periods is None else plane[list(periods)].sum(axis=0)
        return Counts(**{status.label: int(sums[status]) for status in COUNTED})


def cube(
    statuses: Statuses,
    *,
    unit: Indices,
    period: Indices,
    layout: Layout,
    periods: int,
    rows: Mask | None = None,
) -> Cube:
    """Count statuses for all units of a layout at once.

    `unit` and `period` have the shape of `statuses`, [rows]; `rows` selects some of them, for example one plan's.
    `periods` is the length of the period table. Obligations of units NOWHERE are left out.
    """
    place = layout.place[unit]
    counted = place != NOWHERE
    if rows is not None:
        counted &= rows
    cells = (len(layout.until), periods, len(Status))
    key = np.ravel_multi_index((place[counted], period[counted], statuses[counted]), cells)
    own = np.bincount(key, minlength=int(np.prod(cells))).reshape(cells)
    # A subtree is a range of places, so its sum is a difference of two running sums.
    running = np.concatenate([np.zeros((1, *cells[1:]), np.int64), np.cumsum(own, axis=0)])
    return Cube(running[layout.until] - running[:-1])
