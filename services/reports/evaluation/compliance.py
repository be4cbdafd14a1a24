"""Say what counts of statuses mean, and at which place of a tree each unit is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from kernel.shares import Share
from services.reports.evaluation.columns import Indices, Mask
from services.reports.evaluation.history import Instants
from services.reports.evaluation.status import Status
from services.reports.evaluation.tally import NOWHERE, Counted

Together = Callable[[Sequence[Callable[[], None]]], None]
"""Runs all that it is given, in any order, perhaps side by side; returns when all is done."""


def one_by_one(parts: Sequence[Callable[[], None]]) -> None:
    """Run parts in turn."""
    for part in parts:
        part()


COUNTED = tuple(status for status in Status if status is not Status.ABSENT)
"""The statuses that add up to all obligations."""


class UnevenLayout(ValueError):
    """The places are not in depth-first order."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A tree in depth-first order: all below a unit stand behind it, and before whatever is not below it."""

    parent: Indices
    """Shape [places]: the place of the unit above; NOWHERE for a root."""
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

        >>> Layout.of([-1, 0, 1, 0]).place.tolist()
        [0, 1, 2, 3]
        """
        path: list[int] = []
        for child, parent in enumerate(parents):
            while path and path[-1] != parent:
                path.pop()
            if parent != NOWHERE and not path:
                raise UnevenLayout(f"place {child} does not stand within the range of its parent {parent}")
            path.append(child)
        own = range(len(parents)) if place is None else place
        return cls(np.array(parents, np.int32), np.array(own, np.int32))


class Counts(NamedTuple):
    """How many obligations have which status, in the order of `Status`."""

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
        return sum(self)

    @property
    def received(self) -> int:
        """Those that came, and speak for their unit."""
        return self.on_time + self.late

    @property
    def expected_so_far(self) -> int:
        """Those that came, or whose due instant has passed, or that were sent back."""
        return self.received + self.returned + self.overdue

    @property
    def reporting_rate(self) -> Share:
        """What came, of what was expected so far."""
        return Share(self.received, self.expected_so_far)

    @property
    def on_time_rate(self) -> Share:
        """What came on time, of what was expected so far."""
        return Share(self.on_time, self.expected_so_far)


@dataclass(frozen=True, slots=True)
class Cube:
    """Counts for every unit with all below it, by slot and status."""

    subtree: Counted
    """Shape [places, slots, statuses]; the absent ones have their place, but `counts` leaves them out."""

    def counts(self, place: int, slots: Iterable[int] | None = None) -> Counts:
        """Return the counts of a unit with all below it, over some slots or all."""
        plane = self.subtree[place]
        sums = plane.sum(axis=0) if slots is None else plane[list(slots)].sum(axis=0)
        return Counts(*sums[COUNTED[0] :].tolist())

    def by_slot(self, place: int, slots: Sequence[int]) -> Iterator[tuple[int, Counts]]:
        """Yield the counts of a unit with all below it in each of these slots that has any."""
        of_place = self.subtree[place][:, COUNTED[0] :][slots]
        for found in np.flatnonzero(of_place.any(axis=1)).tolist():
            yield slots[found], Counts(*of_place[found].tolist())


_ROWS_OF_A_PART = 1 << 16
"""Fewer are done before another thread has begun."""
_PARTS = 8
"""At most: more than processors, so that none waits long for the last part."""


def parts_of(layout: Layout, begins: Instants) -> list[Indices]:
    """Cut the units that a layout counts into parts of like size; no two parts are counted at the same place.

    `begins` says where the rows of each unit begin, shape [units + 1].
    """
    sizes = np.diff(begins)
    place = layout.place[: len(sizes)]
    held = np.flatnonzero((place != NOWHERE) & (sizes > 0)).astype(np.int32)
    order = np.argsort(place[held], kind="stable")
    held, at = held[order], place[held[order]]
    rows = np.cumsum(sizes[held])
    if not len(rows):
        return []
    many = min(_PARTS, 1 + int(rows[-1]) // _ROWS_OF_A_PART)
    may_cut = np.flatnonzero(at[1:] != at[:-1]) + 1
    wanted = np.searchsorted(rows, rows[-1] * np.arange(1, many) // many)
    cuts = may_cut[np.minimum(np.searchsorted(may_cut, wanted), len(may_cut) - 1)] if len(may_cut) else may_cut
    return [part for part in np.split(held, np.unique(cuts)) if len(part)]


def without_rows(layout: Layout, parts: Iterable[Indices]) -> Mask:
    """Say of each place whether no unit of the parts is counted at it itself, shape [places]."""
    found = np.ones(len(layout.parent), np.bool_)
    for part in parts:
        found[layout.place[part]] = False
    return found
