"""Go over all obligations of some units in one compiled pass, and count them for every place of a tree."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import Flags, Indices, Slots
from services.reports.evaluation.compiled import compiled, part_of_kernels
from services.reports.evaluation.decide import OPEN, READ_TYPES, UNWANTED, by_columns, by_history, receipt_by, today_at
from services.reports.evaluation.history import Instants
from services.reports.evaluation.status import Status, Statuses, compared, decided

Counted = npt.NDArray[np.int32]
"""Numbers of obligations, shape [places, slots, statuses]."""
NOWHERE = -1
"""The place of a unit that is not in a tree."""

_ABSENT, _NOT_DUE = np.uint8(Status.ABSENT), np.uint8(Status.NOT_DUE)
_STATUSES = np.uint32(len(Status))
_BLOCK = 8192
"""So many rows are decided, and then counted while the processor still has them at hand."""


@part_of_kernels
def _decide(  # noqa: PLR0913, PLR0917 - a column each
    t: int,
    known_at: int,
    is_past: bool,
    due: Instants,
    first: Instants,
    correction_day: npt.NDArray[np.int16],
    flags: Flags,
    delay: npt.NDArray[np.uint16],
    series: Indices,
    reminder: Instants,
    asked: Flags,
    is_all_open: bool,
    statuses: Statuses,
) -> None:
    """Write the statuses of rows that stand side by side, by their columns."""
    today, shortest = today_at(t), reminder.min()
    # Wide numbers first, then bytes: in one loop the processor would take as few rows at once as it takes instants.
    for row in range(len(statuses)):
        came = receipt_by(t, known_at, first[row], delay[row], flags[row]) if is_past else first[row]
        statuses[row] = compared(t, due[row], came, shortest)
    for row in range(len(statuses)):
        statuses[row] = decided(statuses[row], today < correction_day[row], flags[row])
    # A look into another table would slow down all: it is left to the rows that may be reminded of earlier.
    if reminder.max() > shortest:
        for row in range(len(statuses)):
            if statuses[row] == _NOT_DUE:
                stands = (due[row], first[row], today < correction_day[row], flags[row], delay[row])
                statuses[row] = by_columns(t, known_at, is_past, *stands, reminder[series[row]])
    if not is_all_open:
        for row in range(len(statuses)):
            if asked[series[row]] != OPEN:
                statuses[row] = _ABSENT


@compiled(f"void({READ_TYPES}, i4[::1], i4[::1], i8[::1], u1[::1], i4[:, :, ::1])")
def tally_units(  # noqa: PLR0913, PLR0917 - a column each
    t: int,
    known_at: int,
    is_past: bool,
    due: Instants,
    first_receipt: Instants,
    correction_day: npt.NDArray[np.int16],
    flags: Flags,
    delay: npt.NDArray[np.uint16],
    series: Indices,
    slot: Slots,
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
    units: Indices,
    place: Indices,
    rows: Instants,
    statuses: Statuses,
    counts: Counted,
) -> None:
    """Write the statuses of all rows of some units, and count them where each unit is counted.

    What comes first is a `Read`. `rows` says where the rows of each unit begin, shape [units + 1]. Units of a place
    stand together; whatever was in the counts of such a place is forgotten.
    """
    facts, is_all_open = (kind, occurred_at, recorded_at, day, version), bool(np.all(asked == OPEN))
    next_one, end, history, emptied = 0, -1, 0, NOWHERE
    while next_one < len(units):
        this, start = next_one, rows[units[next_one]]
        if start != end:
            history = np.searchsorted(told, start)
        end = rows[units[this] + 1]
        next_one += 1
        while next_one < len(units) and units[next_one] == units[next_one - 1] + 1 and end - start < _BLOCK:
            end = rows[units[next_one] + 1]
            next_one += 1
        block = (due[start:end], first_receipt[start:end], correction_day[start:end], flags[start:end])
        of = series[start:end]
        _decide(t, known_at, is_past, *block, delay[start:end], of, reminder, asked, is_all_open, statuses[start:end])
        while history < len(told) and told[history] < end:
            row = told[history]
            if asked[series[row]] != UNWANTED and (last_occurred[history] > t or last_recorded[history] > known_at):
                its = (begins[history], begins[history + 1], flags[row], reminder[series[row]])
                statuses[row] = by_history(t, known_at, *facts, *its)
            history += 1
        for one in range(this, next_one):
            at_place, of_unit = place[units[one]], slice(rows[units[one]], rows[units[one] + 1])
            own = counts[at_place].reshape(-1)
            if at_place != emptied:
                own[:], emptied = 0, at_place
            for at, status in zip(slot[of_unit], statuses[of_unit]):  # noqa: B905 - of one length, and numba knows no more
                own[np.uint32(at) * _STATUSES + status] += 1


@compiled("void(i8, i8, i4[::1], i4[:, ::1])")
def roll_up(first: int, until: int, parent: Indices, counts: Counted) -> None:
    """Add what each place has to all places above it, in the cells from `first` until `until`.

    `counts` has one row of cells for each place, depth first.
    """
    # From the end, so that all below a place come before it.
    for below in range(len(parent) - 1, -1, -1):
        above = parent[below]
        if above != NOWHERE:
            to, of = counts[above, first:until], counts[below, first:until]
            for cell in range(len(of)):
                to[cell] += of[cell]
