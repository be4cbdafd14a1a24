"""Decide on single rows in kernels: by what the columns tell, or by the history that a row has of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import DAY, MIDNIGHT, NO_DAY, Flag, Flags, Indices, Slots
from services.reports.evaluation.compiled import Integer, part_of_kernels
from services.reports.evaluation.history import NEVER, Instants, fold_facts
from services.reports.evaluation.status import status_of
from services.reports.evaluation.told import flags_then

UNWANTED, UNOPENED, OPEN = 0, 1, 2
"""Of a series: it is not asked about; it had not been opened yet; it had."""

_TOLD = np.uint8(Flag.TOLD)


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


READ_TYPES = (
    "i8, i8, b1, i8[::1], i8[::1], i2[::1], u1[::1], u2[::1], i4[::1], u2[::1], i8[::1], u1[::1], "
    "i4[::1], i8[::1], i8[::1], i8[::1], u1[::1], i8[::1], i8[::1], i8[::1], i4[::1]"
)


@part_of_kernels
def today_at(t: int) -> np.int16:
    """Return the legal day in which an instant lies; days beyond the columns' reach count as the last or first."""
    return np.int16(min(max((t + MIDNIGHT) // DAY, NO_DAY), -NO_DAY - 1))


@part_of_kernels
def receipt_by(t: int, known_at: int, first: Integer, delay: Integer, flags: Integer) -> Integer:
    """Return the first receipt of a row if it had come at `t`, as known at `known_at`; else NEVER.

    That of a row with a history of its own is none of the columns' business.
    """
    is_to_come = (flags & _TOLD == 0) & ((first > t) | (first + delay > known_at))
    return NEVER if is_to_come else first


@part_of_kernels
def by_columns(  # noqa: PLR0913, PLR0917 - a column each
    t: int,
    known_at: int,
    is_past: bool,
    due: Integer,
    first: Integer,
    may_mend: bool | np.bool,
    flags: Integer,
    delay: Integer,
    reminder: Integer,
) -> Integer:
    """Return the status of a row whose columns tell all that happened to it until `t` and `known_at`."""
    came = receipt_by(t, known_at, first, delay, flags) if is_past else first
    return status_of(t, due, came, may_mend, reminder, flags)


@part_of_kernels
def by_history(  # noqa: PLR0913, PLR0917 - a column each
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
    folded = fold_facts(*facts, begin, end, t, known_at)
    _, due, _, first, correction, _, _ = folded
    return status_of(t, due, first, t < correction, reminder, flags_then(folded, flags))
