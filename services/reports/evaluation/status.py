"""Decide the status of obligations at an instant. No other place does."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import Flag, flags_of
from services.reports.evaluation.compiled import Integer, compiled
from services.reports.evaluation.history import LONG_AGO, NEVER, Standing

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


_EXISTS, _EXCUSED = np.uint8(Flag.EXISTS), np.uint8(Flag.EXCUSED)
_REQUESTED, _LIVE = np.uint8(Flag.REQUESTED), np.uint8(Flag.LIVE)


@compiled("i8(i8, i8, i8, i8, i8, u1)")
def status_of(
    t: Integer, due: Integer, first_receipt: Integer, correction_due: Integer, reminder: Integer, flags: Integer
) -> int:
    """Return the status at `t` of an obligation that stands so at `t`; the first rule that applies holds.

    Being on time is first receipt < due instant; being overdue begins with the due instant itself.
    """
    if not flags & _EXISTS:
        return Status.ABSENT.value
    if flags & _EXCUSED:
        return Status.EXCUSED.value
    if due == NEVER:
        return Status.UNDATED.value
    if flags & _REQUESTED:
        return Status.REQUESTED.value
    if flags & _LIVE:
        return Status.ON_TIME.value if first_receipt < due else Status.LATE.value
    if first_receipt != NEVER and t < max(due, correction_due):
        return Status.RETURNED.value
    # Nothing came, or it was returned and not mended in time: that time never ends before the due instant.
    if t >= due:
        return Status.OVERDUE.value
    return Status.DUE_SOON.value if t >= due - reminder else Status.NOT_DUE.value


def status_at(standing: Standing, t: int, *, reminder: int, requested: bool) -> Status:
    """Return the status of one obligation at `t`, in microseconds UTC, from how it stood at `t`."""
    flags = flags_of(standing) | (Flag.REQUESTED if requested else 0)
    due = NEVER if standing.due_at is None else standing.due_at
    first = NEVER if standing.first_receipt_at is None else standing.first_receipt_at
    correction = LONG_AGO if standing.correction_due_at is None else standing.correction_due_at
    return Status(status_of(t, due, first, correction, reminder, np.uint8(flags)))
