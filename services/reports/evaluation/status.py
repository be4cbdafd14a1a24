"""Decide the status of obligations at an instant. No other place does."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import Flag, Standings
from services.reports.evaluation.history import NEVER

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


def decide(standings: Standings, t: int) -> Statuses:
    """Return the status of every row at `t`, in microseconds UTC; the first rule that applies holds.

    The standings must be those of `t`: `Book.as_of` gives them.
    Being on time is first receipt < due instant; being overdue begins with the due instant itself.
    """
    due, first = standings.due, standings.first_receipt
    live = standings.are(Flag.LIVE)
    correctable = (first != NEVER) & (t < np.maximum(due, standings.correction_due))
    rules = (
        (Status.ABSENT, ~standings.are(Flag.EXISTS)),
        (Status.EXCUSED, standings.are(Flag.EXCUSED)),
        (Status.UNDATED, due == NEVER),
        (Status.REQUESTED, standings.are(Flag.REQUESTED)),
        (Status.ON_TIME, live & (first < due)),
        (Status.LATE, live),
        (Status.RETURNED, correctable),
        # Nothing came, or it was returned and not mended in time: that time never ends before the due instant.
        (Status.OVERDUE, t >= due),
        (Status.DUE_SOON, t >= due - standings.reminder),
    )
    conditions = [condition for _, condition in rules]
    choices = [np.uint8(status) for status, _ in rules]
    return np.select(conditions, choices, default=np.uint8(Status.NOT_DUE)).astype(np.uint8)
