"""Decide the status of obligations at an instant. No other place does."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import Flag, flags_of
from services.reports.evaluation.compiled import Integer, compiled, part_of_kernels
from services.reports.evaluation.history import NEVER, Standing

Statuses = npt.NDArray[np.uint8]
"""Values of `Status`, shape [rows]."""


class Status(IntEnum):
    """Where an obligation stands. All but ABSENT add up to all obligations there are."""

    ABSENT = 0
    """Not owed yet, or no longer: has no status and is in no count."""
    EXCUSED = 1
    UNDATED = 2
    REQUESTED = 3
    ON_TIME = 4
    LATE = 5
    RETURNED = 6
    OVERDUE = 7
    DUE_SOON = 8
    NOT_DUE = 9

    @property
    def label(self) -> str:
        """The name in answers and counts, for example `on_time`."""
        return self.name.lower()


_EXISTS, _IS_EXCUSED = np.uint8(Flag.EXISTS), np.uint8(Flag.EXCUSED)
_IS_REQUESTED, _IS_LIVE = np.uint8(Flag.REQUESTED), np.uint8(Flag.LIVE)
_ABSENT, _EXCUSED, _UNDATED, _REQUESTED, _ON_TIME, _LATE, _RETURNED, _OVERDUE, _DUE_SOON, _NOT_DUE = (
    np.uint8(status) for status in Status
)


_IS_DUE, _IS_SOON, _CAME, _CAME_BEFORE, _IS_UNDATED = (np.uint8(1 << bit) for bit in range(5))
_NONE, _SIGN = np.uint8(0), np.uint64(63)


@part_of_kernels
def compared(t: Integer, due: Integer, first_receipt: Integer, reminder: Integer) -> Integer:
    """Return how the instants of an obligation stand to each other at `t`: a bit for each that `decided` asks for."""
    # Only NEVER gets a sign when one is added. By a comparison it would be the same, but then the compiler makes a byte
    # of each bit before they come together, which takes twice as long.
    is_undated = np.uint64((due + 1) & ~due) >> _SIGN
    return (
        np.uint64(t >= due) * _IS_DUE
        + np.uint64(t >= due - reminder) * _IS_SOON
        + np.uint64(first_receipt != NEVER) * _CAME
        + np.uint64(first_receipt < due) * _CAME_BEFORE
        + is_undated * _IS_UNDATED
    )


@part_of_kernels
def decided(instants: Integer, may_mend: bool | np.bool, flags: Integer) -> Integer:
    """Return the status of an obligation by what `compared` says of its instants; the last rule that applies holds."""
    # Values only, no branches, and bytes only: so the compiler decides on dozens of rows at once.
    is_due, came = _has(instants, _IS_DUE), _has(instants, _CAME)
    status = _DUE_SOON if _has(instants, _IS_SOON) else _NOT_DUE
    status = _OVERDUE if is_due else status
    # Returned and not mended in time is overdue: that time never ends before the due instant.
    status = _RETURNED if came & (may_mend | (not is_due)) else status
    received = _ON_TIME if _has(instants, _CAME_BEFORE) else _LATE
    status = received if came & _has(flags, _IS_LIVE) else status
    status = _REQUESTED if _has(flags, _IS_REQUESTED) else status
    status = _UNDATED if _has(instants, _IS_UNDATED) else status
    status = _EXCUSED if _has(flags, _IS_EXCUSED) else status
    return status if _has(flags, _EXISTS) else _ABSENT


@part_of_kernels
def _has(byte: Integer, bit: np.uint8) -> bool:
    is_set: bool = np.uint8(byte & bit) != _NONE
    return is_set


@compiled("u1(i8, i8, i8, b1, i8, u1)")
def status_of(
    t: Integer, due: Integer, first_receipt: Integer, may_mend: bool | np.bool, reminder: Integer, flags: Integer
) -> Integer:
    """Return the status at `t` of an obligation that stands so at `t`.

    Being on time is first receipt < due instant; being overdue begins with the due instant itself. `may_mend` says
    whether time is left for a correction that was asked for. Kernels that go over many rows take the two steps apart.
    """
    return decided(np.uint8(compared(t, due, first_receipt, reminder)), may_mend, flags)


def status_at(standing: Standing, t: int, *, reminder: int, requested: bool) -> Status:
    """Return the status of one obligation at `t`, in microseconds UTC, from how it stood at `t`."""
    flags = flags_of(standing) | (Flag.REQUESTED if requested else 0)
    due = NEVER if standing.due_at is None else standing.due_at
    first = NEVER if standing.first_receipt_at is None else standing.first_receipt_at
    may_mend = standing.correction_due_at is not None and t < standing.correction_due_at
    return Status(int(status_of(t, due, first, may_mend, reminder, np.uint8(flags))))
