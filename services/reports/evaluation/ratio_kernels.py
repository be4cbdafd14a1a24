"""Add up lines over a tree, and judge every place in the same pass; take in a change of one unit's lines alone."""

from __future__ import annotations

import numpy as np

from services.reports.evaluation.awaiting import mark_line
from services.reports.evaluation.columns import Flags, Indices
from services.reports.evaluation.compiled import Integer, compiled
from services.reports.evaluation.history import Instants
from services.reports.evaluation.lines import (
    LARGEST_FIGURE,
    LARGEST_NARROW,
    About,
    Bytes,
    Change,
    Changes,
    LinesOfFigures,
    Mark,
    Masks,
    Tell,
)
from services.reports.evaluation.slots import NO_SLOT, SLOTS
from services.reports.evaluation.so_far import PLANES, Block, Blocks, Pair, add_line
from services.reports.evaluation.tally import NOWHERE
from services.reports.evaluation.thresholds import Rulings, judge_block

_PROMISE, _COMPLETE = Tell.PROMISE.value, Mark.COMPLETE.value
_LINE, _SLOT = Change.LINE.value, Change.SLOT.value
_N, _D, _IS_COMPLETE = Change.N.value, Change.D.value, Change.IS_COMPLETE.value

_SWEEP = (
    "u4[:, ::1], i4[:, ::1], i4[::1], i8[::1], i4[::1], i4[::1], i8[:, :, :, ::1], i4[::1], "
    "i8[:, :, :, ::1], u1[:, :, ::1])"
)


@compiled(f"void(i8, i8, i4[:, :, ::1], {_SWEEP}", f"void(i8, i8, i8[:, :, ::1], {_SWEEP}")
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
    value, block = np.empty((2, SLOTS), np.int64), np.empty((PLANES, SLOTS), np.int64)
    grounds = np.empty(SLOTS, np.int64)
    for kept in range(len(sums)):
        sums[kept, first:until] = 0
    # Depth first, so that from the end all below a place come before it.
    for place in range(len(parent) - 1, -1, -1):
        kept, above = row[place], parent[place]
        at, end = begins[place], begins[place + 1]
        while at < end and about[order[at], _PROMISE] < first:
            at += 1
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


@compiled("void(i8[:, :, :, ::1], i8, i8, i8[:, ::1])")
def _copy(sums: Blocks, row: Integer, promise: Integer, block: Block) -> None:
    for plane in range(PLANES):
        for slot in range(SLOTS):
            block[plane, slot] = sums[row, promise, plane, slot]


@compiled("void(i8[:, ::1], i8[:, :, :, ::1], i8, i8)")
def _keep(block: Block, sums: Blocks, row: Integer, promise: Integer) -> None:
    for plane in range(PLANES):
        for slot in range(SLOTS):
            sums[row, promise, plane, slot] = block[plane, slot]


@compiled("void(i8[:, ::1], i8[:, :, :, ::1], i8, i8)")
def add_block(block: Block, sums: Blocks, row: Integer, promise: Integer) -> None:
    """Add a block to the sums of a row."""
    for plane in range(PLANES):
        for slot in range(SLOTS):
            sums[row, promise, plane, slot] += block[plane, slot]


@compiled("b1(i4[:, :, ::1], i8[:, ::1])", "b1(i8[:, :, ::1], i8[:, ::1])")
def _fit(figures: LinesOfFigures, changes: Changes) -> bool:
    largest = LARGEST_NARROW if figures.itemsize == 4 else LARGEST_FIGURE
    is_fit = True
    for at in range(len(changes)):
        is_fit &= changes[at, _N] <= largest and changes[at, _D] <= largest
    return is_fit


@compiled("void(i4[:, :, ::1], u4[:, ::1], i8[:, ::1], i8)", "void(i8[:, :, ::1], u4[:, ::1], i8[:, ::1], i8)")
def _write_one(figures: LinesOfFigures, masks: Masks, changes: Changes, at: Integer) -> None:
    line, slot, is_complete = changes[at, _LINE], changes[at, _SLOT], changes[at, _IS_COMPLETE]
    if slot != NO_SLOT:
        figures[line, 0, slot] = changes[at, _N] * is_complete
        figures[line, 1, slot] = changes[at, _D] * is_complete
        masks[line, _COMPLETE] = masks[line, _COMPLETE] & ~np.uint32(1 << slot) | np.uint32(is_complete << slot)


@compiled("b1(i4[:, :, ::1], u4[:, ::1], i8[:, ::1])", "b1(i8[:, :, ::1], u4[:, ::1], i8[:, ::1])")
def write(figures: LinesOfFigures, masks: Masks, changes: Changes) -> bool:
    """Write what reports say; nothing, and return False, if there is a figure for which the array is too narrow."""
    if not _fit(figures, changes):
        return False
    for at in range(len(changes)):
        _write_one(figures, masks, changes, at)
    return True


_PLACE = "u4[:, ::1], i4[:, ::1], i4[::1], i8, i8[:, ::1], i8[:, ::1])"


@compiled(f"void(i4[:, :, ::1], {_PLACE}", f"void(i8[:, :, ::1], {_PLACE}")
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
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        if about[lines[middle], _PROMISE] < promise:
            low = middle + 1
        else:
            high = middle
    while low < len(lines) and about[lines[low], _PROMISE] == promise:
        add_line(figures, masks, about, lines[low], 1, value, block)
        low += 1


_SUMS = "u4[:, ::1], i4[:, ::1], i4[::1], i8[:, :, ::1])"


@compiled(f"void(i4[:, :, ::1], {_SUMS}", f"void(i8[:, :, ::1], {_SUMS}")
def add_place(figures: LinesOfFigures, masks: Masks, about: About, lines: Indices, sums: Blocks) -> None:
    """Add lines to sums, shape [promises, planes, slots]."""
    value = np.empty((2, SLOTS), np.int64)
    for line in lines:
        add_line(figures, masks, about, line, 1, value, sums[about[line, _PROMISE]])


_ENTER = (
    "u4[:, ::1], i4[:, ::1], i8[::1], i4[::1], u1[::1], i8[::1], u1[::1], i4[::1], i8[:, :, ::1], i8, i8[:, ::1], "
    "i4[::1], i4[::1], i8[::1], i4[::1], i4[::1], i8[:, :, :, ::1], i4[::1], i8[:, :, :, ::1], u1[:, :, ::1])"
)


@compiled(f"b1(i4[:, :, ::1], {_ENTER}", f"b1(i8[:, :, ::1], {_ENTER}")
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
    value, grounds = np.empty((2, SLOTS), np.int64), np.empty(SLOTS, np.int64)
    block, delta = np.empty((PLANES, SLOTS), np.int64), np.empty((PLANES, SLOTS), np.int64)
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
