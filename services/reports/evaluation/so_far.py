"""Find what a line adds to sums: its own figures, or until they are in those of shorter periods."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.compiled import Integer, part_of_kernels
from services.reports.evaluation.lines import About, D, LinesOfFigures, Mark, Masks, N, Side, Tell, Way
from services.reports.evaluation.slots import ALTERNATIVES, NEEDS, NO_SLOT, SLOTS, WHOLES

Block = npt.NDArray[np.int64]
"""Sums, shape [BLOCK]: flat, so that the compiler knows how far apart lies what it adds up side by side."""
Blocks = npt.NDArray[np.int64]
"""Shape [rows, promises, BLOCK]."""
Pair = npt.NDArray[np.int64]
"""Shape [BLOCK // 2]: N and D."""

COVERAGE, FIGURES, BLOCK = 2 * SLOTS, 3 * SLOTS, 4 * SLOTS
"""After N and D, where two more sums begin, of three counts of lines in one number each, and where a block ends.

COVERAGE: awaited, missing, pending. FIGURES: provisional, with n, with d.
"""
COUNT_BITS: Final = 21
COUNT: Final = (1 << COUNT_BITS) - 1

_ASKED, _IN, _COMPLETE = Mark.ASKED.value, Mark.IN.value, Mark.COMPLETE.value
_AWAITED, _PENDING = Mark.AWAITED.value, Mark.PENDING.value
_WAYS = Tell.WAYS.value
_N_ADDS, _D_ADDS, _ALONE = int(Way.N_ADDS).bit_length() - 1, int(Way.D_ADDS).bit_length() - 1, int(Way.ALONE)
"""Of the first two the place of the bit."""
_HAS_D = int(Side.D)


_OPEN, _SILENT, _TOLD = range(3)
"""Whether an alternative leaves a period to the next one, settles that nothing is known of it, or tells its figures."""


@part_of_kernels
def fill_so_far(value: Pair, lacking: Integer, is_in: Integer, complete: Integer, ways: Integer) -> int:
    """Fill in what shorter periods come to for the periods in the mask `lacking`; return of which that is known.

    `value` has the own figures, 0 where they are not complete.
    """
    needed, known = 0, int(complete)
    for whole in range(SLOTS - WHOLES):
        needed |= NEEDS[whole] * (lacking >> WHOLES + whole & 1)
    needed &= ~int(is_in)
    for whole in range(SLOTS - WHOLES):
        if needed >> WHOLES + whole & 1:
            for choice in range(ALTERNATIVES.shape[1]):
                settled = _settle(value, whole, choice, known, is_in, ways)
                if settled != _OPEN:
                    known |= (settled == _TOLD) << WHOLES + whole
                    break
    return known & int(lacking)


@part_of_kernels
def _settle(value: Pair, whole: int, choice: int, known: Integer, is_in: Integer, ways: Integer) -> int:
    """Say what an alternative settles of a whole, and fill in its figures."""
    slot, first = WHOLES + whole, ALTERNATIVES[whole, choice, 0]
    if first != NO_SLOT and ALTERNATIVES[whole, choice, 1] == NO_SLOT:
        # It stands alone, by its own report: even if that says nothing, no other one speaks.
        value[N + slot], value[D + slot] = value[N + first], value[D + first]
        return _OPEN if is_in >> first & 1 == 0 else _TOLD if known >> first & 1 else _SILENT
    if ways & _ALONE:
        return _OPEN
    n, d, told = 0, 0, 0
    for place in range(ALTERNATIVES.shape[2]):
        part = ALTERNATIVES[whole, choice, place]
        # All bits if the part is known, or none; all bits of what was before it, if that stays.
        is_known = -(known >> (part & 31) & (part != NO_SLOT))
        n = (n & (~is_known | -(ways >> _N_ADDS & 1))) + (value[N + part] & is_known)
        d = (d & (~is_known | -(ways >> _D_ADDS & 1))) + (value[D + part] & is_known)
        told |= is_known
    value[N + slot], value[D + slot] = n, d
    return _TOLD if told else _OPEN


@part_of_kernels
def add_line(
    figures: LinesOfFigures, masks: Masks, about: About, line: Integer, sign: Integer, value: Pair, block: Block
) -> None:
    """Add what a line says to a block of sums, or with `sign` -1 take it off again. `value` is written over."""
    ways = np.int64(about[line, _WAYS])
    is_in, complete = np.int64(masks[line, _IN]), np.int64(masks[line, _COMPLETE])
    asked, awaited = np.int64(masks[line, _ASKED]), np.int64(masks[line, _AWAITED])
    pending = np.int64(masks[line, _PENDING])
    # Turns the sign of a number, if all its bits are set.
    turn = np.int64(sign) >> 1
    shown, missing = complete & asked, awaited & ~complete
    stated = (ways & 1) << COUNT_BITS | (ways >> 1 & 1) << 2 * COUNT_BITS
    for slot in range(SLOTS):
        # All bits if it is shown, or none.
        is_shown = -(shown >> slot & 1)
        coverage = (awaited >> slot & 1) | (missing >> slot & 1) << COUNT_BITS | (pending >> slot & 1) << 2 * COUNT_BITS
        block[N + slot] += (figures[line, N + slot] & is_shown ^ turn) - turn
        block[D + slot] += (figures[line, D + slot] & is_shown ^ turn) - turn
        block[COVERAGE + slot] += (coverage ^ turn) - turn
        block[FIGURES + slot] += (stated & is_shown ^ turn) - turn
    # Shorter periods speak only where a report must come (nobody waits for the others) and none is in.
    lacking = awaited & ~is_in
    if lacking >> WHOLES:
        for at in range(len(value)):
            value[at] = figures[line, at]
        provisional = fill_so_far(value, lacking, is_in, complete, ways)
        for slot in range(WHOLES, SLOTS):
            is_told = -(provisional >> slot & 1)
            block[N + slot] += (value[N + slot] & is_told ^ turn) - turn
            block[D + slot] += (value[D + slot] & is_told ^ turn) - turn
            block[FIGURES + slot] += ((stated | 1) & is_told ^ turn) - turn
