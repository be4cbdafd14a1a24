"""Hold obligations as columns: one array for each thing that a status depends on, ordered by unit, slot and series."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntFlag
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.compiled import compiled
from services.reports.evaluation.history import NEVER, Instants, Standing

Indices = npt.NDArray[np.int32]
"""Places in a table that the caller keeps, or numbers of rows."""
Flags = npt.NDArray[np.uint8]
"""Bits of `Flag`, shape [rows]."""
Slots = npt.NDArray[np.uint16]
Mask = npt.NDArray[np.bool_]

DAY = 24 * 3600 * 1_000_000
MIDNIGHT = 7 * 3600 * 1_000_000
"""How much earlier than in UTC a legal day begins, in microseconds."""
NO_DAY = -(2**15)
"""Stands for a correction day that was never set."""
MOST_DELAY = 2**16 - 1
"""Microseconds from a receipt until it was written down, of a plain history."""
MOST_WAIT = 2**48 - 2
"""Microseconds from a receipt until it was accepted, of a plain history: nearly nine years."""
NOT_ACCEPTED = MOST_WAIT + 1


class Flag(IntFlag):
    """What is so or not so about an obligation. Undated and unreceived are told by the instant NEVER."""

    EXISTS = 1
    EXCUSED = 2
    REQUESTED = 4
    """Only asked for (đề nghị): never overdue, outside the rates."""
    LIVE = 8
    """A version speaks for the unit: accepted, or the newest and not returned."""
    TOLD = 16
    """What happened to it is more than the columns tell: `Told` has its facts."""


class Duty(NamedTuple):
    """Which obligation: a unit owes one report of a series for a slot of time. The numbers are places in tables."""

    unit: int
    slot: int
    series: int


STANDING = ("due", "first_receipt", "correction_day", "flags", "delay", "wait_low", "wait_high")
"""The columns that change; the others say which obligation it is."""
_standing_of = attrgetter(*STANDING)
TYPES: dict[str, type[np.generic]] = {
    "due": np.int64,
    "first_receipt": np.int64,
    "correction_day": np.int16,
    "flags": np.uint8,
    "delay": np.uint16,
    "wait_low": np.uint32,
    "wait_high": np.uint16,
    "slot": np.uint16,
    "series": np.int32,
}
ABSENT = -1
"""In the place of a row that is not there."""


class Columns:
    """All obligations, as they stand once every recorded fact has occurred.

    Rows are in the order of their duties. They are added and rewritten, never removed; adding moves the rows behind.
    """

    due: Instants
    """NEVER if undated."""
    first_receipt: Instants
    """NEVER if nothing came."""
    correction_day: npt.NDArray[np.int16]
    """The last day for a correction, exclusive, in legal days since 1970; NO_DAY if nothing was returned."""
    flags: Flags
    delay: npt.NDArray[np.uint16]
    """Microseconds from the first receipt until it was written down, of a plain history."""
    wait_low: npt.NDArray[np.uint32]
    """With `wait_high`, six bytes for what `accepted` says."""
    wait_high: npt.NDArray[np.uint16]
    slot: Slots
    series: Indices
    begins: Instants
    """Shape [units + 1]: where the rows of each unit begin."""

    def __init__(self) -> None:
        self.begins = np.zeros(1, np.int64)
        for name, dtype in TYPES.items():
            setattr(self, name, np.empty(0, dtype))

    def __len__(self) -> int:
        return len(self.due)

    @property
    def units(self) -> int:
        """How many units there is room for: one more than the last that owes anything."""
        return len(self.begins) - 1

    @property
    def accepted(self) -> Instants:
        """When the first version was accepted, of a plain history; NEVER without."""
        waits = self.wait_low.astype(np.int64)
        waits |= self.wait_high.astype(np.int64) << 32
        # What did not come cannot have been accepted; adding to it would go over.
        is_accepted = waits != NOT_ACCEPTED
        return np.where(is_accepted, np.where(is_accepted, self.first_receipt, 0) + waits, NEVER)

    def accepted_at(self, row: int) -> int:
        """Return when the first version of one row was accepted, of a plain history; NEVER without."""
        wait = int(self.wait_low[row]) | int(self.wait_high[row]) << 32
        return NEVER if wait == NOT_ACCEPTED else int(self.first_receipt[row]) + wait

    def insert(self, unit: Indices, added: Mapping[str, npt.NDArray[Any]]) -> tuple[Indices, Instants]:
        """Add rows in any order, given as columns; return where they lie now, and where those that were there do.

        Raises:
            ValueError: Two rows have the same duty.
        """
        new, old = _keys(unit, added["slot"], added["series"]), _keys(self.units_of_rows(), self.slot, self.series)
        order = np.argsort(new, kind="stable")
        in_order = new[order]
        before = np.searchsorted(old, in_order)
        if np.any(in_order[1:] == in_order[:-1]) or np.any(np.searchsorted(old, in_order, side="right") > before):
            raise ValueError("an obligation is there already")
        for name in TYPES:
            setattr(self, name, np.insert(getattr(self, name), before, added[name][order]))
        moved = np.arange(len(old)) + np.searchsorted(before, np.arange(len(old)), side="right")
        placed = np.empty(len(new), np.int32)
        placed[order] = before + np.arange(len(new))
        sizes = np.bincount(unit, minlength=self.units)
        sizes[: self.units] += np.diff(self.begins)
        self.begins = np.concatenate([[0], np.cumsum(sizes)])
        return placed, moved

    def units_of_rows(self) -> Indices:
        """Return the unit of each row."""
        return np.repeat(np.arange(self.units, dtype=np.int32), np.diff(self.begins))

    def unit(self, row: int) -> int:
        """Return the unit of a row."""
        return int(np.searchsorted(self.begins, row, side="right")) - 1

    def row(self, duty: Duty) -> int:
        """Return the row of a duty.

        Raises:
            KeyError: There is none.
        """
        unit, slot, series = np.array([duty.unit], np.int32), np.array([duty.slot], np.uint16), duty.series
        rows, absent = self.find(unit, slot, np.array([series], np.int32))
        if absent:
            raise KeyError(duty)
        return int(rows[0])

    def duty(self, row: int) -> Duty:
        """Return which obligation a row is: that stays when rows are added."""
        return Duty(self.unit(row), int(self.slot[row]), int(self.series[row]))

    def find(self, unit: Indices, slot: Slots, series: Indices) -> tuple[Indices, int]:
        """Return the rows of many duties, ABSENT for those that are not there, and how many these are."""
        found = np.empty(len(unit), np.int32)
        return found, find_rows(unit, slot, series, self.begins, self.slot, self.series, found)

    @property
    def standing(self) -> tuple[npt.NDArray[Any], ...]:
        """The columns that say how the rows stand, to be rewritten: in the order of STANDING."""
        found: tuple[npt.NDArray[Any], ...] = _standing_of(self)
        return found


def _keys(unit: Indices, slot: Slots, series: Indices) -> Instants:
    """Return numbers that sort as rows do."""
    keys: Instants = unit.astype(np.int64) << 40 | slot.astype(np.int64) << 24 | series.astype(np.int64)
    return keys


def flags_of(standing: Standing) -> int:
    """Return the flags of an obligation that stands so."""
    return (
        (Flag.EXISTS if standing.exists else 0)
        | (Flag.EXCUSED if standing.excused else 0)
        | (Flag.LIVE if standing.live_version is not None else 0)
    )


@compiled("i8(i4[::1], u2[::1], i4[::1], i8[::1], u2[::1], i4[::1], i4[::1])")
def find_rows(
    unit: Indices,
    slot: Slots,
    series: Indices,
    begins: Instants,
    slots: Slots,
    all_series: Indices,
    found: Indices,
) -> int:
    """Write the rows of duties to `found`, and return how many are ABSENT; `slots` and `all_series` are of all rows."""
    absent = len(unit)
    for one in range(len(unit)):
        found[one] = ABSENT
        if unit[one] + 1 >= len(begins):
            continue
        low, high = begins[unit[one]], begins[unit[one] + 1]
        while low < high:
            middle = (low + high) // 2
            before = slots[middle] < slot[one] or (slots[middle] == slot[one] and all_series[middle] < series[one])
            low, high = (middle + 1, high) if before else (low, middle)
        is_there = low < begins[unit[one] + 1] and slots[low] == slot[one] and all_series[low] == series[one]
        if is_there:
            found[one] = low
            absent -= 1
    return absent
