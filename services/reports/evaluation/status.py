"""Decide the status of obligations at an instant. No other place does."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import Flag, flags_of
from services.reports.evaluation.compiled import Integer, compiled
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


@compiled("u1(i8, i8, i8, b1, i8, u1)")
def status_of(
    t: Integer, due: Integer, first_receipt: Integer, may_mend: bool | np.bool, reminder: Integer, flags: Integer
) -> Integer:
    """Return the status at `t` of an obligation that stands so at `t`; the last rule that applies holds.

    Being on time is first receipt < due instant; being overdue begins with the due instant itself. `may_mend` says
    whether time is left for a correction that was asked for.
    """
    # Values only, no branches: so the compiler decides on dozens of rows at once.
    status = _DUE_SOON if t >= due - reminder else _NOT_DUE
    status = _OVERDUE if t >= due else status
    # Returned and not mended in time is overdue: that time never ends before the due instant.
    status = _RETURNED if (first_receipt != NEVER) & ((t < due) | may_mend) else status
    received = _ON_TIME if first_receipt < due else _LATE
    status = received if flags & _IS_LIVE != 0 else status
    status = _REQUESTED if flags & _IS_REQUESTED != 0 else status
    status = _UNDATED if due == NEVER else status
    status = _EXCUSED if flags & _IS_EXCUSED != 0 else status
    return status if flags & _EXISTS != 0 else _ABSENT


def status_at(standing: Standing, t: int, *, reminder: int, requested: bool) -> Status:
    """Return the status of one obligation at `t`, in microseconds UTC, from how it stood at `t`."""
    flags = flags_of(standing) | (Flag.REQUESTED if requested else 0)
    due = NEVER if standing.due_at is None else standing.due_at
    first = NEVER if standing.first_receipt_at is None else standing.first_receipt_at
    may_mend = standing.correction_due_at is not None and t < standing.correction_due_at
    return Status(int(status_of(t, due, first, may_mend, reminder, np.uint8(flags))))
