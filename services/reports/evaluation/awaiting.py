"""Mark in every line for which periods it is asked, whose report is in, must come, and has still time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from services.reports.evaluation.book import Standings
from services.reports.evaluation.columns import Flag, Flags, Indices
from services.reports.evaluation.compiled import Integer, compiled, part_of_kernels
from services.reports.evaluation.compliance import Together, one_by_one
from services.reports.evaluation.evidence import Basis
from services.reports.evaluation.history import NEVER, NO_VERSION, Instants
from services.reports.evaluation.lines import About, Bytes, Lines, Mark, Masks, Tell

# EXISTS is 1, so that it can be shifted to its place.
_EXISTS, _EXCUSED, _REQUESTED = int(Flag.EXISTS), int(Flag.EXCUSED), int(Flag.REQUESTED)
_ASKED, _IN, _COMPLETE = Mark.ASKED.value, Mark.IN.value, Mark.COMPLETE.value
_AWAITED, _PENDING = Mark.AWAITED.value, Mark.PENDING.value
_PROMISE, _WAYS, _BOUND = Tell.PROMISE.value, Tell.WAYS.value, Tell.BOUND.value
_SLOT, _CUT_OFF, _SIDES = 31, 1, 3

_LINES_OF_A_PART = 1 << 13
_PARTS = 16


@part_of_kernels
def mark_line(  # noqa: PLR0913, PLR0917 - a column each
    line: Integer,
    t: Integer,
    about: About,
    begins: Instants,
    row: Indices,
    packed: Bytes,
    due: Instants,
    flags: Flags,
    version: Indices,
    ends: Instants,
    masks: Masks,
) -> None:
    """Write the masks of one line as of `t`, from how its obligations stand then; which are complete is given.

    A report is awaited always if it is dated, if not from its period's end, if only requested never; an excused one
    only once it is in.
    """
    promise, sides = about[line, _PROMISE], about[line, _WAYS] & _SIDES
    some_n, some_d, read, out, awaited, pending = 0, 0, 0, 0, 0, 0
    # Hardly any branches: which way they go could not be foreseen.
    for bearing in range(begins[line], begins[line + 1]):
        one, byte = row[bearing], int(packed[bearing])
        flag, slot, counts = int(flags[one]), byte & _SLOT, byte >> 6
        bit = (flag & _EXISTS) << slot
        is_out = version[one] == NO_VERSION
        some_n |= bit * (counts & 1)
        some_d |= bit * (counts >> 1)
        is_read = counts & sides != 0
        read |= bit * is_read
        out |= bit * (is_read & is_out)
        must = (flag & _REQUESTED == 0) & ((flag & _EXCUSED == 0) | (not is_out))
        until = due[one]
        awaited |= bit * (must & (until != NEVER or t >= ends[promise, byte >> 5 & _CUT_OFF, slot]))
        pending |= bit * (must & (until != NEVER) & (until > t))
    asked = (some_n if sides & 1 else ~some_n) & (some_d if sides & 2 else ~some_d) & about[line, _BOUND]
    masks[line, _ASKED] = asked
    masks[line, _IN] = np.int64(masks[line, _COMPLETE]) | (read & ~out)
    masks[line, _AWAITED] = awaited & asked
    masks[line, _PENDING] = pending & asked


_READ = "i8, i4[:, ::1], i8[::1], i4[::1], u1[::1], i8[::1], u1[::1], i4[::1], i8[:, :, ::1], u4[:, ::1]"


@compiled(f"void(i8, i8, {_READ})")
def _mark(  # noqa: PLR0913, PLR0917 - a column each
    first: int,
    until: int,
    t: int,
    about: About,
    begins: Instants,
    row: Indices,
    packed: Bytes,
    due: Instants,
    flags: Flags,
    version: Indices,
    ends: Instants,
    masks: Masks,
) -> None:
    for line in range(first, until):
        mark_line(line, t, about, begins, row, packed, due, flags, version, ends, masks)


@compiled(f"void(i8, i8, {_READ}, u1[::1])")
def _mark_again(  # noqa: PLR0913, PLR0917 - a column each
    first: int,
    until: int,
    t: int,
    about: About,
    begins: Instants,
    row: Indices,
    packed: Bytes,
    due: Instants,
    flags: Flags,
    version: Indices,
    ends: Instants,
    masks: Masks,
    is_changed: Flags,
) -> None:
    """Mark those lines in which hours may pass: where a report has still time, or is not awaited yet."""
    for line in range(first, until):
        awaited, pending = masks[line, _AWAITED], masks[line, _PENDING]
        if pending | (masks[line, _ASKED] & ~awaited):
            mark_line(line, t, about, begins, row, packed, due, flags, version, ends, masks)
            if masks[line, _AWAITED] != awaited or masks[line, _PENDING] != pending:
                is_changed[about[line, _PROMISE]] = 1


@dataclass(frozen=True, slots=True)
class View:
    """How obligations stand at an instant, and which of their reports are read."""

    t: int
    """In microseconds UTC."""
    basis: Basis
    standings: Standings
    """As of `t`."""
    ends: Instants
    """When the periods of each promise's year end, shape [promises, cut-offs, slots]: see `ends_of`."""

    @property
    def version(self) -> Indices:
        """The version that is read of each report."""
        is_accepted = self.basis is Basis.ACCEPTED
        return self.standings.accepted_version if is_accepted else self.standings.live_version


def mark(lines: Lines, view: View, *, together: Together = one_by_one) -> None:
    """Mark all lines; which figures are complete must be written already."""
    together([partial(_mark, *part, *_read(lines, view)) for part in _parts(lines)])


def mark_again(lines: Lines, view: View, promises: int, *, together: Together = one_by_one) -> Indices:
    """Mark again after some time in which obligations stood as they do; return in which promises marks have changed."""
    is_changed = np.zeros(promises, np.uint8)
    read = (*_read(lines, view), is_changed)
    together([partial(_mark_again, *part, *read) for part in _parts(lines)])
    return np.flatnonzero(is_changed).astype(np.int32)


def _parts(lines: Lines) -> Iterator[tuple[int, int]]:
    parts = min(_PARTS, 1 + len(lines) // _LINES_OF_A_PART)
    return pairwise(len(lines) * part // parts for part in range(parts + 1))


def _read(lines: Lines, view: View) -> tuple[Any, ...]:
    due, flags = view.standings.due, view.standings.flags
    of_lines = (lines.about, lines.begins, lines.row, lines.packed)
    return view.t, *of_lines, due, flags, view.version, view.ends, lines.masks
