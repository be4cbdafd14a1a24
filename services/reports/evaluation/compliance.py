"""Count statuses by unit and period, for every unit of a tree at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np
import numpy.typing as npt

from kernel.shares import Share
from services.reports.evaluation.columns import Flags, Indices, Instants, Mask, Standings
from services.reports.evaluation.compiled import compiled
from services.reports.evaluation.status import Status, Statuses, status_of

Counted = npt.NDArray[np.int32]
"""Numbers of obligations, shape [units or places, periods, statuses]."""
Together = Callable[[Sequence[Callable[[], None]]], None]
"""Runs all that it is given, in any order, perhaps side by side; returns when all is done."""


def one_by_one(parts: Sequence[Callable[[], None]]) -> None:
    """Run parts in turn."""
    for part in parts:
        part()


NOWHERE = -1
"""The place of a unit that is not in a tree."""

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

    subtree: Counted
    """Shape [places, periods, statuses]; the absent ones have their place, but `counts` leaves them out."""

    def counts(self, place: int, periods: Iterable[int] | None = None) -> Counts:
        """Return the counts of a unit with all below it, over some periods or all."""
        plane = self.subtree[place]
        sums = plane.sum(axis=0) if periods is None else plane[list(periods)].sum(axis=0)
        return Counts(**{status.label: int(sums[status]) for status in COUNTED})


@dataclass(frozen=True, slots=True)
class Arranged:
    """Rows in the order of their cells: one cell for each unit and period, the periods of a unit side by side."""

    order: Indices
    """Shape [rows]: their numbers."""
    begins: Instants
    """Shape [units × periods + 1]: where each cell begins in `order`."""
    units: int
    periods: int

    @classmethod
    def by_cell(cls, unit: Indices, period: Indices, *, units: int, periods: int) -> Self:
        """Arrange rows by their units, of which there are so many, and their periods."""
        cell = unit.astype(np.int64) * periods + period
        sizes = np.bincount(cell, minlength=units * periods)
        order = np.argsort(cell, kind="stable").astype(np.int32)
        return cls(order, np.concatenate([[0], np.cumsum(sizes)]), units, periods)

    @property
    def rows(self) -> int:
        return len(self.order)


def tally(
    standings: Standings,
    rule: Indices,
    reminders: Instants,
    arranged: Arranged,
    layout: Layout,
    t: int,
    *,
    rules: Mask,
    together: Together = one_by_one,
) -> tuple[Statuses, Cube]:
    """Decide the status of rows, and count them for every unit with all below it, in one pass over the columns.

    The standings must be those of `t`, in microseconds UTC; `rule` is the place of each row in `reminders`.
    Rows of units NOWHERE in the layout, and those whose rule is not set in `rules`, shape [rules], stay ABSENT and are
    in no count.
    `together` runs the parts that the work is cut into: each has units of its own.
    """
    statuses = np.zeros(arranged.rows, np.uint8)
    own = np.zeros((arranged.units, arranged.periods, len(Status)), np.int32)
    held = np.flatnonzero(layout.place[: arranged.units] != NOWHERE).astype(np.int32)
    due, first, correction = standings.due, standings.first_receipt, standings.correction_due
    read = (t, due, first, correction, standings.flags, rule, reminders, rules, arranged.order, arranged.begins)
    together([partial(_tally, *read, part, statuses, own) for part in _parts(held, arranged.rows)])
    subtree = np.zeros((len(layout.parent), *own.shape[1:]), np.int32)
    cells = own.shape[1] * own.shape[2]
    flat, above = own.reshape(len(own), cells), subtree.reshape(len(subtree), cells)
    _roll_up(flat, held, layout.place, layout.parent, above)
    return statuses, Cube(subtree)


_ROWS_OF_A_PART = 1 << 16
"""Fewer are done before another thread has begun."""
_PARTS = 16
"""At most: more than processors, so that none waits long for the last part."""


def _parts(units: Indices, rows: int) -> Sequence[Indices]:
    return np.array_split(units, min(_PARTS, 1 + rows // _ROWS_OF_A_PART))


@compiled(
    "void(i8, i8[::1], i8[::1], i8[::1], u1[::1], i4[::1], i8[::1], b1[::1], "
    "i4[::1], i8[::1], i4[::1], u1[::1], i4[:, :, ::1])"
)
def _tally(  # noqa: PLR0913, PLR0917 - a column each
    t: int,
    due: Instants,
    first: Instants,
    correction: Instants,
    flags: Flags,
    rule: Indices,
    reminders: Instants,
    rules: Mask,
    order: Indices,
    begins: Instants,
    units: Indices,
    statuses: Statuses,
    own: Counted,
) -> None:
    periods = own.shape[1]
    for unit in units:
        for period in range(periods):
            cell = unit * periods + period
            for place in range(begins[cell], begins[cell + 1]):
                row = order[place]
                of = rule[row]
                if rules[of]:
                    status = status_of(t, due[row], first[row], correction[row], reminders[of], flags[row])
                    statuses[row] = status
                    own[unit, period, status] += 1


@compiled("void(i4[:, ::1], i4[::1], i4[::1], i4[::1], i4[:, ::1])")
def _roll_up(own: Counted, held: Indices, place: Indices, parent: Indices, subtree: Counted) -> None:
    """Add what each unit has of its own to where it is counted, and that to all above; cells in one row for each."""
    cells = own.shape[1]
    for unit in held:
        for cell in range(cells):
            subtree[place[unit], cell] += own[unit, cell]
    # Depth first, so that from the end all below a unit come before it.
    for below in range(len(parent) - 1, -1, -1):
        above = parent[below]
        if above != NOWHERE:
            for cell in range(cells):
                subtree[above, cell] += subtree[below, cell]
