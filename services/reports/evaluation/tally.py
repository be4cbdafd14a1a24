"""Go over obligations in compiled passes: all of some units, or single rows again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import DAY, MIDNIGHT, NO_DAY, Flag, Flags, Indices, Slots
from services.reports.evaluation.compiled import Integer, compiled, part_of_kernels
from services.reports.evaluation.history import LONG_AGO, NEVER, NO_VERSION, Instants, fold_facts
from services.reports.evaluation.status import Status, Statuses, status_of

Counted = npt.NDArray[np.int32]
"""Numbers of obligations, shape [places, slots, statuses]."""
NOWHERE = -1
"""The place of a unit that is not in a tree."""
UNWANTED, UNOPENED, OPEN = 0, 1, 2
"""Of a series: it is not asked about; it had not been opened yet; it had."""

_ABSENT = Status.ABSENT.value
_EXISTS, _EXCUSED, _REQUESTED = np.uint8(Flag.EXISTS), np.uint8(Flag.EXCUSED), np.uint8(Flag.REQUESTED)
_LIVE, _TOLD, _NOT_LIVE = np.uint8(Flag.LIVE), np.uint8(Flag.TOLD), np.uint8(~np.uint8(Flag.LIVE))


class Read(NamedTuple):
    """What a pass reads, in the order in which kernels take it."""

    t: int
    known_at: int
    is_past: bool
    """Whether receipts may be later than `t`, or recorded later than `known_at`."""
    due: Instants
    first_receipt: Instants
    correction_day: npt.NDArray[np.int16]
    flags: Flags
    delay: npt.NDArray[np.uint16]
    series: Indices
    slot: Slots
    reminder: Instants
    """By series."""
    asked: Flags
    """By series: UNWANTED, UNOPENED or OPEN."""
    told: Indices
    """This and what follows are `Histories`."""
    begins: Instants
    last_occurred: Instants
    last_recorded: Instants
    kind: Flags
    occurred_at: Instants
    recorded_at: Instants
    day: Instants
    version: Indices


_READ = (
    "i8, i8, b1, i8[::1], i8[::1], i2[::1], u1[::1], u2[::1], i4[::1], u2[::1], i8[::1], u1[::1], "
    "i4[::1], i8[::1], i8[::1], i8[::1], u1[::1], i8[::1], i8[::1], i8[::1], i4[::1]"
)


@part_of_kernels
def _by_columns(  # noqa: PLR0913, PLR0917 - a column each
    t: int,
    known_at: int,
    is_past: bool,
    due: Integer,
    first: Integer,
    day: Integer,
    flags: Integer,
    delay: Integer,
    reminder: Integer,
) -> Integer:
    """Return the status of a row whose columns tell all that happened to it until `t` and `known_at`."""
    if is_past and not flags & _TOLD and (first > t or first + delay > known_at):
        first, flags = NEVER, flags & _NOT_LIVE
    correction = LONG_AGO if day == NO_DAY else day * DAY - MIDNIGHT
    return status_of(t, due, first, correction, reminder, flags)


@part_of_kernels
def _by_history(  # noqa: PLR0913, PLR0917 - a column each
    t: int,
    known_at: int,
    kind: Flags,
    occurred_at: Instants,
    recorded_at: Instants,
    day: Instants,
    version: Indices,
    begin: Integer,
    end: Integer,
    flags: Integer,
    reminder: Integer,
) -> Integer:
    """Return the status of a row that has facts later than `t`, or recorded later than `known_at`."""
    facts = (kind, occurred_at, recorded_at, day, version)
    exists, due, excused, first, correction, live, _ = fold_facts(*facts, begin, end, t, known_at)
    then = flags & _REQUESTED
    if exists:
        then |= _EXISTS
    if excused:
        then |= _EXCUSED
    if live != NO_VERSION:
        then |= _LIVE
    return status_of(t, due, first, correction, reminder, then)


@compiled(f"void({_READ}, i4[::1], i4[::1], i8[::1], u1[::1], i4[:, :, ::1])")
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

    What comes first is a `Read`. `rows` says where the rows of each unit begin, shape [units + 1].
    """
    for unit in units:
        own = counts[place[unit]]
        # Rows with a history of their own come in the same order there.
        history = np.searchsorted(told, rows[unit])
        for row in range(rows[unit], rows[unit + 1]):
            of, at = series[row], history
            if flags[row] & _TOLD:
                history += 1
            status: Integer = _ABSENT
            if asked[of] != UNWANTED:
                if flags[row] & _TOLD and (last_occurred[at] > t or last_recorded[at] > known_at):
                    facts = (kind, occurred_at, recorded_at, day, version)
                    status = _by_history(t, known_at, *facts, begins[at], begins[at + 1], flags[row], reminder[of])
                elif asked[of] == OPEN:
                    stands = (due[row], first_receipt[row], correction_day[row], flags[row], delay[row], reminder[of])
                    status = _by_columns(t, known_at, is_past, *stands)
            statuses[row] = status
            own[slot[row], status] += 1


@compiled(f"void({_READ}, i4[::1], i4[::1], i4[::1], i8[::1], u1[::1], i4[:, :, ::1])")
def tally_again(  # noqa: PLR0913, PLR0917 - a column each
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
    changed: Indices,
    place: Indices,
    parent: Indices,
    rows: Instants,
    statuses: Statuses,
    counts: Counted,
) -> None:
    """Write the statuses of the rows in `changed` anew, and mend the counts of all subtrees that they are in.

    `parent` is the place above each place, `rows` where the rows of each unit begin.
    """
    for row in changed:
        of, before = series[row], statuses[row]
        after: Integer = _ABSENT
        if asked[of] != UNWANTED:
            at = np.searchsorted(told, row) if flags[row] & _TOLD else 0
            if flags[row] & _TOLD and (last_occurred[at] > t or last_recorded[at] > known_at):
                facts = (kind, occurred_at, recorded_at, day, version)
                after = _by_history(t, known_at, *facts, begins[at], begins[at + 1], flags[row], reminder[of])
            elif asked[of] == OPEN:
                stands = (due[row], first_receipt[row], correction_day[row], flags[row], delay[row], reminder[of])
                after = _by_columns(t, known_at, is_past, *stands)
        if before == after:
            continue
        statuses[row] = after
        at = place[np.searchsorted(rows, row, side="right") - 1]
        while at != NOWHERE:
            counts[at, slot[row], before] -= 1
            counts[at, slot[row], after] += 1
            at = parent[at]


@compiled(
    "void(i8, i8, i4[::1], i8[::1], u1[::1], i8[::1], i8[::1], i8[::1], i4[::1], "
    "i8[::1], i8[::1], u1[::1], i4[::1], i4[::1])"
)
def fold_again(  # noqa: PLR0913, PLR0917 - a column each
    t: int,
    known_at: int,
    told: Indices,
    begins: Instants,
    kind: Flags,
    occurred_at: Instants,
    recorded_at: Instants,
    day: Instants,
    version: Indices,
    due: Instants,
    first_receipt: Instants,
    flags: Flags,
    live: Indices,
    accepted: Indices,
) -> None:
    """Write how the rows stood at `t` that have a history of their own; what they are asked for stays."""
    facts = (kind, occurred_at, recorded_at, day, version)
    for one in range(len(told)):
        row = told[one]
        folded = fold_facts(*facts, begins[one], begins[one + 1], t, known_at)
        due[row], first_receipt[row], live[row], accepted[row] = folded[1], folded[3], folded[5], folded[6]
        then = (flags[row] & _REQUESTED) | _TOLD
        if folded[0]:
            then |= _EXISTS
        if folded[2]:
            then |= _EXCUSED
        if folded[5] != NO_VERSION:
            then |= _LIVE
        flags[row] = then


@compiled("void(i4[::1], i4[:, ::1])")
def roll_up(parent: Indices, counts: Counted) -> None:
    """Add what each place has to all places above it; one row of cells for each place, depth first."""
    # From the end, so that all below a place come before it.
    for below in range(len(parent) - 1, -1, -1):
        above = parent[below]
        if above != NOWHERE:
            for cell in range(counts.shape[1]):
                counts[above, cell] += counts[below, cell]
