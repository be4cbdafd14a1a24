"""Decide on single rows anew, and mend the counts that they are in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import Flag, Flags, Indices, Slots
from services.reports.evaluation.compiled import Integer, compiled, part_of_kernels
from services.reports.evaluation.decide import OPEN, READ_TYPES, UNWANTED, by_columns, by_history, today_at
from services.reports.evaluation.history import Instants
from services.reports.evaluation.status import Status, Statuses, status_of
from services.reports.evaluation.tally import NOWHERE, Counted

_ABSENT = np.uint8(Status.ABSENT)
_LIVE, _TOLD = np.uint8(Flag.LIVE), np.uint8(Flag.TOLD)


@compiled(f"void({READ_TYPES}, i4[::1], u1[::1])")
def decide_again(  # noqa: PLR0913, PLR0917 - a column each
    t: int,
    known_at: int,
    is_past: bool,
    due: Instants,
    first_receipt: Instants,
    correction_day: npt.NDArray[np.int16],
    flags: Flags,
    delay: npt.NDArray[np.uint16],
    series: Indices,
    _slot: Slots,
    reminder: Instants,
    asked: Flags,
    told: Indices,
    begins: Instants,
    last_occurred: Instants,
    last_recorded: Instants,
    kind: Flags,
    occurred_at: Instants,
    recorded_at: Instants,
    day: Instants,
    version: Indices,
    rows: Indices,
    statuses: Statuses,
) -> None:
    """Write the statuses of single rows, in their order, to `statuses`. What comes first is a `Read`."""
    today, facts = today_at(t), (kind, occurred_at, recorded_at, day, version)
    for one in range(len(rows)):
        row = rows[one]
        of = series[row]
        statuses[one] = _ABSENT
        if asked[of] == UNWANTED:
            continue
        at = np.searchsorted(told, row) if flags[row] & _TOLD else 0
        if flags[row] & _TOLD and (last_occurred[at] > t or last_recorded[at] > known_at):
            statuses[one] = by_history(t, known_at, *facts, begins[at], begins[at + 1], flags[row], reminder[of])
        elif asked[of] == OPEN:
            stands = (due[row], first_receipt[row], today < correction_day[row], flags[row], delay[row], reminder[of])
            statuses[one] = by_columns(t, known_at, is_past, *stands)


@part_of_kernels
def _count_again(
    row: Integer,
    after: Integer,
    slot: Slots,
    begins: Instants,
    place: Indices,
    parent: Indices,
    statuses: Statuses,
    counts: Counted,
) -> None:
    before = statuses[row]
    if before == after:
        return
    statuses[row] = after
    at = place[np.searchsorted(begins, row, side="right") - 1]
    while at != NOWHERE:
        counts[at, slot[row], before] -= 1
        counts[at, slot[row], after] += 1
        at = parent[at]


@compiled("void(i4[::1], u1[::1], u2[::1], i8[::1], i4[::1], i4[::1], u1[::1], i4[:, :, ::1])")
def count_again(
    rows: Indices,
    now: Statuses,
    slot: Slots,
    begins: Instants,
    place: Indices,
    parent: Indices,
    statuses: Statuses,
    counts: Counted,
) -> None:
    """Take over the statuses that rows have now, and mend the counts of all subtrees that they are in.

    `begins` says where the rows of each unit begin, `parent` which place stands above each place.
    """
    for one in range(len(rows)):
        _count_again(rows[one], now[one], slot, begins, place, parent, statuses, counts)


@compiled(
    "i8(i8, i4[::1], i8[::1], i8[::1], u1[::1], i4[::1], i8[::1], "
    "u2[::1], i8[::1], i4[::1], i4[::1], u1[::1], i4[:, :, ::1])"
)
def count_received(  # noqa: PLR0913, PLR0917 - a column each
    t: int,
    rows: Indices,
    due: Instants,
    first_receipt: Instants,
    flags: Flags,
    series: Indices,
    opened_at: Instants,
    slot: Slots,
    begins: Instants,
    place: Indices,
    parent: Indices,
    statuses: Statuses,
    counts: Counted,
) -> int:
    """Do so for those rows for which a plain report is in, and return how many others there are.

    That is what happens by far the most; it needs so few columns that handing over all would take longer than it.
    """
    others = 0
    for row in rows:
        if flags[row] & (_TOLD | _LIVE) == _LIVE and first_receipt[row] <= t and opened_at[series[row]] <= t:
            after = status_of(t, due[row], first_receipt[row], False, 0, flags[row])
            _count_again(row, after, slot, begins, place, parent, statuses, counts)
        else:
            others += 1
    return others
