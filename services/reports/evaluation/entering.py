"""Write how obligations stand into the columns, and say what happened last."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import ABSENT, DAY, MIDNIGHT, NO_DAY, NOT_ACCEPTED, Flag, Flags, Indices, Slots
from services.reports.evaluation.compiled import compiled
from services.reports.evaluation.history import LONG_AGO, NEVER, Instants

SHARED = -1
"""Of requests and flash reports: their slot is that of their series. And of series: theirs is that of the period."""
_TOLD = np.uint8(Flag.TOLD)


@compiled("b1(i4[::1], i4[::1], i4[::1], i4[::1], i4[::1], i4[::1], i4[::1], u2[::1])")
def give_numbers(
    unit: Indices,
    period: Indices,
    series: Indices,
    number_of_unit: Indices,
    slot_of_period: Indices,
    slot_of_series: Indices,
    to_unit: Indices,
    to_slot: Slots,
) -> bool:
    """Write the numbers here of units and slots, by those that units, periods and series have in the database.

    False is returned if one of them has none.
    """
    for one in range(len(unit)):
        if unit[one] >= len(number_of_unit) or period[one] >= len(slot_of_period) or series[one] >= len(slot_of_series):
            return False
        of_series = slot_of_series[series[one]]
        to_unit[one] = number_of_unit[unit[one]]
        to_slot[one] = slot_of_period[period[one]] if of_series == SHARED else of_series
    return True


@compiled(
    "b1(i4[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], u1[::1], "
    "i8[::1], i8[::1], i2[::1], u1[::1], u2[::1], u4[::1], u2[::1])"
)
def write_standings(  # noqa: PLR0913, PLR0917 - a column each
    rows: Indices,
    due: Instants,
    first_receipt: Instants,
    first_recorded: Instants,
    accepted: Instants,
    correction_due: Instants,
    flags: Flags,
    to_due: Instants,
    to_first_receipt: Instants,
    to_correction_day: npt.NDArray[np.int16],
    to_flags: Flags,
    to_delay: npt.NDArray[np.uint16],
    to_wait_low: npt.NDArray[np.uint32],
    to_wait_high: npt.NDArray[np.uint16],
) -> bool:
    """Write how obligations stand to their rows, those that are not ABSENT.

    Nothing is written, and False returned, if a correction is due at another instant than the beginning of a day.
    """
    for until in correction_due:
        if until != LONG_AGO and (until + MIDNIGHT) % DAY != 0:
            return False
    for one, row in enumerate(rows):
        if row == ABSENT:
            continue
        first, until = first_receipt[one], correction_due[one]
        to_due[row], to_first_receipt[row], to_flags[row] = due[one], first, flags[one]
        to_correction_day[row] = NO_DAY if until == LONG_AGO else (until + MIDNIGHT) // DAY
        # Only a plain history needs to know when the receipt was written down; there it was at once.
        is_plain = flags[one] & _TOLD == 0 and first != NEVER
        to_delay[row] = first_recorded[one] - first if is_plain else 0
        wait = accepted[one] - first if is_plain and accepted[one] != NEVER else NOT_ACCEPTED
        to_wait_low[row], to_wait_high[row] = wait & 0xFFFFFFFF, wait >> 32
    return True


@compiled("UniTuple(i8, 4)(i8[::1], i8[::1], i4[::1], i8[::1], i8[::1], i8[::1], i8[::1], u1[::1], i8[::1])")
def hours_of(  # noqa: PLR0913, PLR0917 - a column each
    due: Instants,
    correction_due: Instants,
    series: Indices,
    reminder: Instants,
    first_receipt: Instants,
    first_recorded: Instants,
    accepted: Instants,
    flags: Flags,
    hours: Instants,
) -> tuple[int, int, int, int]:
    """Write when obligations are due, reminded of or to be corrected, and return how many such hours there are.

    And when the last report came of all plain histories, was written down, and was accepted; LONG_AGO if none. There
    are three hours for each obligation at most; `reminder` is by series.
    """
    many, received, written, judged = 0, LONG_AGO, LONG_AGO, LONG_AGO
    for one in range(len(flags)):
        if due[one] != NEVER:
            hours[many], hours[many + 1] = due[one], due[one] - reminder[series[one]]
            many += 2
        if correction_due[one] != LONG_AGO:
            hours[many] = correction_due[one]
            many += 1
        if flags[one] & _TOLD == 0:
            received = max(received, first_receipt[one] if first_receipt[one] != NEVER else LONG_AGO)
            written = max(written, first_recorded[one] if first_recorded[one] != NEVER else LONG_AGO)
            judged = max(judged, accepted[one] if accepted[one] != NEVER else LONG_AGO)
    return many, received, written, judged
