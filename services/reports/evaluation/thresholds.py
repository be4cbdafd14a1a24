"""Judge sums by thresholds, exactly and in integers, whatever is compared: a share, a number, or growth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import Indices
from services.reports.evaluation.compiled import Integer, part_of_kernels
from services.reports.evaluation.history import Instants
from services.reports.evaluation.lines import D, N
from services.reports.evaluation.measures import Count, Growth, Indicator, Ratio, Target
from services.reports.evaluation.ruling import (
    ALL_DUE_PASSED,
    GROUNDS,
    HAS_FIGURES,
    IF_ANY,
    IS_COMPLETE,
    IS_EMPTY,
    IS_REACHED,
    RULINGS,
    Ruling,
)
from services.reports.evaluation.slots import SLOTS
from services.reports.evaluation.so_far import COUNT, COUNT_BITS, COVERAGE, FIGURES, Block, Blocks

Rulings = npt.NDArray[np.uint8]
"""Values of `Ruling`, shape […, promises, slots]."""

LOW, HIGH, WHOLE, WORDS = (SLOTS * at for at in range(4))
"""Where of a threshold begins what it says for each slot: 100 · n is at least LOW · d and at most HIGH · d; what d is;
and what the plan says besides, as in RULINGS."""
NO_LOW, NO_HIGH = -(2**63), 2**63 - 1
SUMMED: Final = -1
"""As WHOLE: d is what the units say, not a number of the plan."""
UNKNOWN: Final = -2
"""As WHOLE: the plan does not know it yet."""
_HAS_N: Final = COUNT << COUNT_BITS
_MISSING: Final = COUNT << COUNT_BITS
_HALF: Final = 0xFFFFFFFF
_LARGEST_PERCENT: Final = 1 << 30
_LARGEST_NUMBER: Final = 1 << 55


class ThresholdTooLarge(ValueError):
    """A threshold lies beyond what can be compared exactly."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What promises are held to: one set of thresholds for each plan that has its own."""

    table: Blocks
    """Shape [sets, promises, LOW, HIGH, WHOLE and WORDS]."""
    set_of: Indices
    """Shape [places]: by which set the sums of a place are judged."""

    @classmethod
    def of(cls, promises: int, set_of: Indices) -> Self:
        """Return sets in which no threshold is known yet."""
        sets = int(set_of.max(initial=0)) + 1
        unknown = np.repeat(np.array([NO_LOW, NO_HIGH, SUMMED, Ruling.NO_THRESHOLD << GROUNDS]), SLOTS)
        return cls(np.tile(unknown, (sets, promises, 1)), set_of)

    def put(self, number: int, promise: int, indicator: Indicator, bound: int = (1 << SLOTS) - 1) -> None:
        """Hold a promise to what an indicator says of it, over the periods in the mask `bound`.

        Raises:
            ThresholdTooLarge: It lies beyond what can be compared exactly.
        """
        slots = [slot for slot in range(SLOTS) if bound >> slot & 1]
        self.table[number, promise].reshape(-1, SLOTS)[:, slots] = np.array(_threshold(indicator))[:, np.newaxis]


def _threshold(indicator: Indicator) -> tuple[int, int, int, int]:
    """Return LOW, HIGH, WHOLE and WORDS of an indicator."""
    measure, if_any = indicator.measure, indicator.if_any << IF_ANY
    match measure:
        case Ratio():
            low, high = _limits(measure.target, _LARGEST_PERCENT)
            return low, high, SUMMED if measure.denominator else 0, _left_open(measure.target) | if_any
        case Count():
            # As many as 100 times so many per cent of 1.
            low, high = _limits(measure.target, _LARGEST_NUMBER, times=100)
            return low, high, 1, _left_open(measure.target) | if_any
        case Growth(baseline_value=None):
            return NO_LOW, NO_HIGH, UNKNOWN, Ruling.BASELINE_UNKNOWN << GROUNDS
        case Growth(baseline_value=0):
            return NO_LOW, NO_HIGH, 0, Ruling.BASELINE_ZERO << GROUNDS
        case Growth(baseline_value=int(baseline)):
            # Up by so many per cent is so many more than 100 per cent of the baseline.
            low, high = _limits(measure.threshold, _LARGEST_PERCENT, added=100)
            return low, high, baseline, _left_open(measure.target) | if_any
        case _:
            raise TypeError(f"{type(measure).__name__} is not judged by sums")


def _left_open(target: Target | None) -> int:
    return Ruling.NO_THRESHOLD << GROUNDS if target is None else 0


def _limits(target: Target | None, largest: int, *, times: int = 1, added: int = 0) -> tuple[int, int]:
    limits = (None, None) if target is None else (target.at_least, target.at_most)
    if any(limit is not None and abs(limit) > largest for limit in limits):
        raise ThresholdTooLarge(f"{target} is beyond ±{largest:,}")
    low, high = (None if limit is None else limit * times + added for limit in limits)
    return NO_LOW if low is None else low, NO_HIGH if high is None else high


@part_of_kernels
def surplus(n: Integer, d: Integer, percent: Integer) -> int:
    """Return a number with the sign of 100 · n - percent · d, which itself may not fit in 64 bits."""
    low = 100 * (n & _HALF) - percent * (d & _HALF)
    # What goes over the lower half is carried, rounded down, so that what is left of it is not negative.
    high = 100 * (n >> 32) - percent * (d >> 32) + (low >> 32)
    return high << 1 | (low & _HALF != 0)


@part_of_kernels
def judge_block(
    block: Block, table: Blocks, number: Integer, promise: Integer, grounds: Instants, rulings: Rulings, place: Integer
) -> None:
    """Write the rulings on a promise at one place, from its sums and a set of thresholds.

    Nothing branches here on figures: which way could not be foreseen. `grounds` is written over, shape [slots].
    """
    size = 0
    for slot in range(SLOTS):
        size |= block[N + slot] | block[D + slot] | table[number, promise, WHOLE + slot] + 1
    # Sums of some billions are compared by one product each.
    is_narrow = size >> 32 == 0
    for slot in range(SLOTS):
        coverage, figures = block[COVERAGE + slot], block[FIGURES + slot]
        low, high = table[number, promise, LOW + slot], table[number, promise, HIGH + slot]
        whole = table[number, promise, WHOLE + slot]
        is_summed = whole == SUMMED
        n, d = block[N + slot], block[D + slot] if is_summed else whole
        if is_narrow:
            above_low, above_high = 100 * n - low * d, 100 * n - high * d
        else:
            above_low, above_high = surplus(n, d, low), surplus(n, d, high)
        is_high_enough, is_low_enough = (above_low >= 0) | (low == NO_LOW), (above_high <= 0) | (high == NO_HIGH)
        has_figures = (figures & _HAS_N != 0) & ((figures >> 2 * COUNT_BITS != 0) | (not is_summed))
        grounds[slot] = (
            np.int64(has_figures) << HAS_FIGURES
            | np.int64(coverage & _MISSING == 0) << IS_COMPLETE
            | np.int64(d == 0) << IS_EMPTY
            # A share of nothing falls short of nothing.
            | np.int64((d == 0) | (is_low_enough & is_high_enough)) << IS_REACHED
            | np.int64(coverage >> 2 * COUNT_BITS == 0) << ALL_DUE_PASSED
            | table[number, promise, WORDS + slot]
        )
    for slot in range(SLOTS):
        rulings[place, promise, slot] = RULINGS[grounds[slot]]
