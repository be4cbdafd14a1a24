"""Sum by how much obligations are late, by group of units, in whole microseconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.reports.evaluation.book import Standings
from services.reports.evaluation.columns import Indices
from services.reports.evaluation.compliance import COUNTED, Counts
from services.reports.evaluation.status import Status, Statuses

OUTSIDE = -1
"""The group of rows that are in none."""

_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Lateness:
    """How many obligations of a group have which status, and by how much they are late.

    One that is late came so much after its due instant; one that is overdue has been waited for so long.
    """

    counts: Counts
    total: int
    """Microseconds."""
    longest: int
    """Microseconds; 0 if none is late."""

    @property
    def is_required(self) -> bool:
        """Whether anything counts here: is owed by a day, required and not excused."""
        unmeasured = self.counts.excused + self.counts.undated + self.counts.requested
        return self.counts.total > unmeasured

    @property
    def mean(self) -> int | None:
        """Microseconds, rounded down; None if none is late."""
        late = self.counts.late + self.counts.overdue
        return self.total // late if late else None


def lateness_by_group(
    statuses: Statuses, standings: Standings, group: Indices, t: int, *, groups: int
) -> list[Lateness]:
    """Return the lateness of each of so many groups at `t`, in microseconds UTC.

    The standings must be those of `t`; `group` is the number of each row's group, or OUTSIDE.
    """
    inside = group != OUTSIDE
    cells = group[inside].astype(np.int64) * len(Status) + statuses[inside]
    counts = np.bincount(cells, minlength=groups * len(Status)).reshape(groups, len(Status))
    rows = np.flatnonzero(inside & ((statuses == Status.LATE) | (statuses == Status.OVERDUE)))
    ends = np.where(statuses[rows] == Status.OVERDUE, t, standings.first_receipt[rows])
    late, of = ends - standings.due[rows], group[rows]
    # The microseconds of a country add up to more than 64 bits hold; its seconds, and what is left of each, do not.
    seconds, rest, longest = (np.zeros(groups, np.int64) for _ in range(3))
    np.add.at(seconds, of, late // _SECOND)
    np.add.at(rest, of, late % _SECOND)
    np.maximum.at(longest, of, late)
    return [
        Lateness(
            Counts(*counts[number, COUNTED[0] :].tolist()),
            int(seconds[number]) * _SECOND + int(rest[number]),
            int(longest[number]),
        )
        for number in range(groups)
    ]
