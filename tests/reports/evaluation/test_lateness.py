"""By how much groups are late: against a plain recount."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.reports.evaluation.book import Standings
from services.reports.evaluation.lateness import OUTSIDE, Lateness, lateness_by_group
from services.reports.evaluation.status import Status

FAR = 250_000_000_000_000_000
"""In the year 9892, in microseconds."""
GROUPS = 3


@dataclass(frozen=True)
class Owed:
    """An obligation that was due once, perhaps came, and is counted in a group."""

    group: int
    status: Status
    due: int
    first: int


INSTANTS = st.integers(-FAR, FAR)
OWED = st.builds(Owed, st.integers(OUTSIDE, GROUPS - 1), st.sampled_from(Status), INSTANTS, INSTANTS)


def lateness_of(owed: list[Owed], t: int) -> list[Lateness]:
    """Ask for the lateness of obligations of these statuses."""
    due, first = (np.array([getattr(one, name) for one in owed], np.int64) for name in ("due", "first"))
    statuses = np.array([one.status for one in owed], np.uint8)
    group = np.array([one.group for one in owed], np.int32)
    return lateness_by_group(statuses, Standings(due, first, statuses, group, group), group, t, groups=GROUPS)


@given(owed=st.lists(OWED, max_size=20), t=INSTANTS)
def test_lateness_is_what_a_plain_recount_says(owed: list[Owed], t: int) -> None:
    # What is late came after it was due, and what is overdue was due before the instant asked about.
    owed = [
        one
        for one in owed
        if not (one.status is Status.LATE and one.first < one.due)
        and not (one.status is Status.OVERDUE and t < one.due)
    ]

    found = lateness_of(owed, t)

    for number, group in enumerate(found):
        mine = [one for one in owed if one.group == number]
        late = [one.first - one.due for one in mine if one.status is Status.LATE]
        late += [t - one.due for one in mine if one.status is Status.OVERDUE]
        assert (group.total, group.longest) == (sum(late), max(late, default=0))
        assert group.mean == (sum(late) // len(late) if late else None)
        for status in Status:
            if status is not Status.ABSENT:
                assert getattr(group.counts, status.label) == sum(one.status is status for one in mine)
        unmeasured = {Status.ABSENT, Status.EXCUSED, Status.UNDATED, Status.REQUESTED}
        assert group.is_required == any(one.status not in unmeasured for one in mine)


def test_a_sum_may_be_larger_than_any_instant() -> None:
    waited = [Owed(0, Status.OVERDUE, -FAR, 0)] * 100

    (all_of_them, *_) = lateness_of(waited, FAR)

    assert all_of_them.total == 100 * 2 * FAR > 2**63
    assert all_of_them.longest == all_of_them.mean == 2 * FAR
