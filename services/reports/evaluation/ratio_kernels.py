"""Add up lines over a tree, and judge every place in the same pass; take in a change of one unit's lines alone."""

from __future__ import annotations

import numpy as np

from services.reports.evaluation.awaiting import mark_line
from services.reports.evaluation.columns import Flags, Indices
from services.reports.evaluation.compiled import Integer, compiled, part_of_kernels
from services.reports.evaluation.history import Instants
from services.reports.evaluation.lines import (
    LARGEST_FIGURE,
    LARGEST_NARROW,
    About,
    Bytes,
    Change,
    Changes,
    D,
    LinesOfFigures,
    Mark,
    Masks,
    N,
    Tell,
)
from services.reports.evaluation.slots import NO_SLOT, SLOTS
from services.reports.evaluation.so_far import BLOCK, Block, Blocks, Pair, add_line
from services.reports.evaluation.tally import NOWHERE
from services.reports.evaluation.thresholds import Rulings, judge_block

_PROMISE, _COMPLETE = Tell.PROMISE.value, Mark.COMPLETE.value
_LINE, _SLOT = Change.LINE.value, Change.SLOT.value
_SAYS_N, _SAYS_D, _IS_COMPLETE = Change.N.value, Change.D.value, Change.IS_COMPLETE.value

_SWEEP = (
    "u4[:, ::1], i4[:, ::1], i4[::1], i8[::1], i4[::1], i4[::1], i8[:, :, ::1], i4[::1], i8[:, :, ::1], u1[:, :, ::1])"
)


@compiled(f"void(i8, i8, i4[:, ::1], {_SWEEP}", f"void(i8, i8, i8[:, ::1], {_SWEEP}")
def sweep(  # noqa: PLR0913, PLR0917 - an array each
    first: int,
    until: int,
    figures: LinesOfFigures,
    masks: Masks,
    about: About,
    order: Indices,
    begins: Instants,
    parent: Indices,
    row: Indices,
    table: Blocks,
    set_of: Indices,
    sums: Blocks,
    rulings: Rulings,
) -> None:
    """Sum and judge the promises from `first` until `until` at all places."""
    value, block = np.empty(BLOCK // 2, np.int64), np.empty(BLOCK, np.int64)
    grounds = np.empty(SLOTS, np.int64)
    for kept in range(len(sums)):
        sums[kept, first:until] = 0
    # Depth first, so that from the end all below a place come before it.
    for place in range(len(parent) - 1, -1, -1):
        kept, above = row[place], parent[place]
        at, end = _first_of(first, about, order, begins[place], begins[place + 1]), begins[place + 1]
        for promise in range(first, until):
            if kept == NOWHERE:
                block[:] = 0
            else:
                _copy(sums, kept, promise, block)
            while at < end and about[order[at], _PROMISE] == promise:
                add_line(figures, masks, about, order[at], 1, value, block)
                at += 1
            judge_block(block, table, set_of[place], promise, grounds, rulings, place)
            if kept != NOWHERE:
                _keep(block, sums, kept, promise)
            if above != NOWHERE:
                add_block(block, sums, row[above], promise)


@part_of_kernels
def _first_of(promise: Integer, about: About, lines: Indices, low: Integer, high: Integer) -> Integer:
    """Return where, of lines in the order of promises, those from a promise on begin."""
    while low < high:
        middle = (low + high) // 2
        if about[lines[middle], _PROMISE] < promise:
            low = middle + 1
        else:
            high = middle
    return low


@part_of_kernels
def _copy(sums: Blocks, row: Integer, promise: Integer, block: Block) -> None:
    for at in range(BLOCK):
        block[at] = sums[row, promise, at]


@part_of_kernels
def _keep(block: Block, sums: Blocks, row: Integer, promise: Integer) -> None:
    for at in range(BLOCK):
        sums[row, promise, at] = block[at]


@part_of_kernels
def add_block(block: Block, sums: Blocks, row: Integer, promise: Integer) -> None:
    """Add a block to the sums of a row."""
    for at in range(BLOCK):
        sums[row, promise, at] += block[at]


@part_of_kernels
def _fit(figures: LinesOfFigures, changes: Changes) -> bool:
    largest = LARGEST_NARROW if figures.itemsize == 4 else LARGEST_FIGURE
    is_fit = True
    for at in range(len(changes)):
        is_fit &= changes[at, _SAYS_N] <= largest and changes[at, _SAYS_D] <= largest
    return is_fit


@part_of_kernels
def _write_one(figures: LinesOfFigures, masks: Masks, changes: Changes, at: Integer) -> None:
    line, slot, is_complete = changes[at, _LINE], changes[at, _SLOT], changes[at, _IS_COMPLETE]
    if slot != NO_SLOT:
        figures[line, N + slot] = changes[at, _SAYS_N] * is_complete
        figures[line, D + slot] = changes[at, _SAYS_D] * is_complete
        masks[line, _COMPLETE] = masks[line, _COMPLETE] & ~np.uint32(1 << slot) | np.uint32(is_complete << slot)


@compiled("b1(i4[:, ::1], u4[:, ::1], i8[:, ::1])", "b1(i8[:, ::1], u4[:, ::1], i8[:, ::1])")
def write(figures: LinesOfFigures, masks: Masks, changes: Changes) -> bool:
    """Write what reports say; nothing, and return False, if there is a figure for which the array is too narrow."""
    if not _fit(figures, changes):
        return False
    for at in range(len(changes)):
        _write_one(figures, masks, changes, at)
    return True


@part_of_kernels
def _add_place(
    figures: LinesOfFigures,
    masks: Masks,
    about: About,
    lines: Indices,
    promise: Integer,
    value: Pair,
    block: Block,
) -> None:
    """Add up those of a place's lines that are of one promise; lines are in the order of promises."""
    block[:] = 0
    at = _first_of(promise, about, lines, 0, len(lines))
    while at < len(lines) and about[lines[at], _PROMISE] == promise:
        add_line(figures, masks, about, lines[at], 1, value, block)
        at += 1


_SUMS = "u4[:, ::1], i4[:, ::1], i4[::1], i8[:, ::1])"


@compiled(f"void(i4[:, ::1], {_SUMS}", f"void(i8[:, ::1], {_SUMS}")
def add_place(figures: LinesOfFigures, masks: Masks, about: About, lines: Indices, sums: Blocks) -> None:
    """Add lines to sums, shape [promises, BLOCK]."""
    value = np.empty(BLOCK // 2, np.int64)
    for line in lines:
        add_line(figures, masks, about, line, 1, value, sums[about[line, _PROMISE]])


_ENTER = (
    "u4[:, ::1], i4[:, ::1], i8[::1], i4[::1], u1[::1], i8[::1], u1[::1], i4[::1], i8[:, :, ::1], i8, i8[:, ::1], "
    "i4[::1], i4[::1], i8[::1], i4[::1], i4[::1], i8[:, :, ::1], i4[::1], i8[:, :, ::1], u1[:, :, ::1])"
)


@compiled(f"b1(i4[:, ::1], {_ENTER}", f"b1(i8[:, ::1], {_ENTER}")
def enter(  # noqa: PLR0913, PLR0917 - an array each
    figures: LinesOfFigures,
    masks: Masks,
    about: About,
    bearings: Instants,
    obligation: Indices,
    packed: Bytes,
    due: Instants,
    flags: Flags,
    version: Indices,
    ends: Instants,
    t: int,
    changes: Changes,
    place_of: Indices,
    order: Indices,
    begins: Instants,
    parent: Indices,
    row: Indices,
    table: Blocks,
    set_of: Indices,
    sums: Blocks,
    rulings: Rulings,
) -> bool:
    """Take in changes, and sum and judge anew whatever stands on them; nothing, and return False, if one is too large.

    The changes of a line stand together.
    """
    if not _fit(figures, changes):
        return False
    value, grounds = np.empty(BLOCK // 2, np.int64), np.empty(SLOTS, np.int64)
    block, delta = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    at = 0
    while at < len(changes):
        line = changes[at, _LINE]
        place, promise = place_of[line], about[line, _PROMISE]
        delta[:] = 0
        add_line(figures, masks, about, line, -1, value, delta)
        while at < len(changes) and changes[at, _LINE] == line:
            _write_one(figures, masks, changes, at)
            at += 1
        mark_line(line, t, about, bearings, obligation, packed, due, flags, version, ends, masks)
        add_line(figures, masks, about, line, 1, value, delta)
        if place != NOWHERE and row[place] == NOWHERE:
            _add_place(figures, masks, about, order[begins[place] : begins[place + 1]], promise, value, block)
            judge_block(block, table, set_of[place], promise, grounds, rulings, place)
            place = parent[place]
        while place != NOWHERE:
            add_block(delta, sums, row[place], promise)
            _copy(sums, row[place], promise, block)
            judge_block(block, table, set_of[place], promise, grounds, rulings, place)
            place = parent[place]
    return True
