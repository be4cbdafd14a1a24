"""Hold obligations as columns: one array for each thing that a status or a sum depends on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntFlag
from typing import Any

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.history import LONG_AGO, NEVER, NO_VERSION, Standing

Instants = npt.NDArray[np.int64]
"""Microseconds UTC, shape [rows]."""
Indices = npt.NDArray[np.int32]
"""Places in a table that the caller keeps, shape [rows]."""
Flags = npt.NDArray[np.uint8]
"""Bits of `Flag`, shape [rows]."""
Mask = npt.NDArray[np.bool_]


class Flag(IntFlag):
    """What is so or not so about an obligation. Undated and unreceived are told by the instant NEVER."""

    EXISTS = 1
    EXCUSED = 2
    REQUESTED = 4
    """Only asked for (đề nghị): never overdue, outside the rates."""
    LIVE = 8
    """A version speaks for the unit: accepted, or the newest and not returned."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What never changes about an obligation. The numbers are places in tables that the caller keeps."""

    unit: int
    period: int
    rule: int
    plan: int
    reminder: int
    """How long before its due instant it counts as due soon, in microseconds: the same for all of a rule."""
    requested: bool = False


@dataclass(frozen=True, slots=True)
class Standings:
    """How obligations stand, as columns of one length: what `Standing` is for one."""

    due: Instants
    """NEVER if undated."""
    first_receipt: Instants
    """NEVER if nothing came."""
    correction_due: Instants
    """LONG_AGO if nothing was returned."""
    flags: Flags
    live_version: Indices
    """NO_VERSION if none is live."""
    accepted_version: Indices

    def copy(self) -> Standings:
        """Return columns of their own, which may be written to."""
        return Standings(*(getattr(self, column.name).copy() for column in fields(self)))

    def put(self, row: int, standing: Standing) -> None:
        """Write how one obligation stands; whether it is only requested stays as it is."""
        self.due[row] = NEVER if standing.due_at is None else standing.due_at
        self.first_receipt[row] = NEVER if standing.first_receipt_at is None else standing.first_receipt_at
        self.correction_due[row] = LONG_AGO if standing.correction_due_at is None else standing.correction_due_at
        self.flags[row] = (int(self.flags[row]) & Flag.REQUESTED) | flags_of(standing)
        self.live_version[row] = standing.live_version or NO_VERSION
        self.accepted_version[row] = standing.accepted_version or NO_VERSION


def flags_of(standing: Standing) -> int:
    """Return the flags of an obligation that stands so."""
    return (
        (Flag.EXISTS if standing.exists else 0)
        | (Flag.EXCUSED if standing.excused else 0)
        | (Flag.LIVE if standing.live_version is not None else 0)
    )


class Columns:
    """All obligations, as they stand once every recorded fact has occurred.

    Rows are added and rewritten, never removed.
    """

    def __init__(self) -> None:
        self._length = 0
        self._reminders = np.empty(0, np.int64)
        self._arrays: dict[str, npt.NDArray[Any]] = {name: np.empty(64, dtype) for name, dtype in _TYPES.items()}

    def __len__(self) -> int:
        return self._length

    def add(self, duty: Duty, standing: Standing) -> int:
        """Append a row and return its number."""
        row = self._length
        if row == len(self._arrays["due"]):
            # Doubling keeps the cost of an append constant; the views that were handed out keep the old arrays.
            self._arrays = {name: np.concatenate([column, column]) for name, column in self._arrays.items()}
        self._length += 1
        for name in ("unit", "period", "rule", "plan"):
            self._arrays[name][row] = getattr(duty, name)
        self._note_reminder(duty)
        self._arrays["flags"][row] = Flag.REQUESTED if duty.requested else 0
        self.put(row, standing)
        return row

    def put(self, row: int, standing: Standing) -> None:
        """Rewrite how a row stands."""
        self.standings.put(row, standing)
        self._arrays["latest"][row] = standing.last_occurred_at
        self._arrays["latest_recorded"][row] = standing.last_recorded_at

    @property
    def standings(self) -> Standings:
        """The columns that change, as views: they show what is written later."""
        return Standings(*(self._column(column.name) for column in fields(Standings)))

    @property
    def reminders(self) -> Instants:
        """How long before its due instant an obligation counts as due soon, by rule."""
        return self._reminders

    @property
    def unit(self) -> Indices:
        return self._column("unit")

    @property
    def period(self) -> Indices:
        return self._column("period")

    @property
    def rule(self) -> Indices:
        return self._column("rule")

    @property
    def plan(self) -> Indices:
        return self._column("plan")

    def later_than(self, t: int, known_at: int) -> Indices:
        """Return the rows that have a fact after `t`, or one recorded after `known_at`: only those must be folded."""
        later = (self._column("latest") > t) | (self._column("latest_recorded") > known_at)
        return np.flatnonzero(later).astype(np.int32)

    def _note_reminder(self, duty: Duty) -> None:
        if duty.rule >= len(self._reminders):
            self._reminders = np.concatenate([self._reminders, np.zeros(duty.rule + 1, np.int64)])
        self._reminders[duty.rule] = duty.reminder

    def _column(self, name: str) -> npt.NDArray[Any]:
        return self._arrays[name][: self._length]


_TYPES: dict[str, type[np.generic]] = {
    "due": np.int64,
    "first_receipt": np.int64,
    "correction_due": np.int64,
    "flags": np.uint8,
    "live_version": np.int32,
    "accepted_version": np.int32,
    "unit": np.int32,
    "period": np.int32,
    "rule": np.int32,
    "plan": np.int32,
    "latest": np.int64,
    "latest_recorded": np.int64,
}
