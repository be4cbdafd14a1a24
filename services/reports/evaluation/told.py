"""Keep what happened to those obligations whose columns do not tell it: the few with more than a receipt or two."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from services.reports.evaluation.columns import Flag, Flags, Indices
from services.reports.evaluation.compiled import Integer, compiled, part_of_kernels
from services.reports.evaluation.history import NO_FACTS, NO_VERSION, Facts, Instants, fold_facts, joined


class Histories(NamedTuple):
    """The facts of many obligations in columns, as kernels read them."""

    row: Indices
    """Shape [obligations]: their rows, in order."""
    begins: Instants
    """Shape [obligations + 1]: where the facts of each begin."""
    last_occurred: Instants
    """Shape [obligations]: the latest instant among its facts."""
    last_recorded: Instants
    facts: Facts


_ONE_BY_ONE = 1000
"""More changes than these are put in their places at once."""
_NO_HISTORIES = Histories(
    np.empty(0, np.int32), np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, np.int64), NO_FACTS
)


class Told:
    """Facts by row, each row's in the order in which they happened."""

    def __init__(self) -> None:
        self._kept = _NO_HISTORIES
        self._changed: dict[int, Facts] = {}
        """Since the columns were put together: changes come one by one, and are read many at a time."""

    def history(self, row: int) -> Facts:
        """Return what happened to a row."""
        if row in self._changed:
            return self._changed[row]
        kept = self._kept
        place = int(np.searchsorted(kept.row, row))
        if place == len(kept.row) or kept.row[place] != row:
            raise KeyError(row)
        return _cut(kept.facts, int(kept.begins[place]), int(kept.begins[place + 1]))

    def put(self, rows: Indices, sizes: Instants, facts: Facts) -> None:
        """Keep what happened to some rows, all of it; `sizes` says how many of the facts belong to each."""
        if len(rows) > _ONE_BY_ONE:
            self._kept = _merged(self.histories(), rows, sizes, facts)
            return
        ends = np.cumsum(sizes)
        for row, begin, end in zip(rows.tolist(), (ends - sizes).tolist(), ends.tolist(), strict=True):
            self._changed[row] = _cut(facts, begin, end)

    def move(self, moved: Instants) -> None:
        """Follow the rows to where they have gone: shape [rows before]."""
        kept = self.histories()
        self._kept = kept._replace(row=moved[kept.row].astype(np.int32))

    def __getstate__(self) -> dict[str, Any]:
        return {"_kept": self.histories(), "_changed": {}}

    def histories(self) -> Histories:
        """Return the facts of all rows."""
        if self._changed:
            changed = list(self._changed.values())
            sizes = np.array([len(one.kind) for one in changed], np.int64)
            self._kept = _merged(self._kept, np.array(list(self._changed), np.int32), sizes, joined(changed))
            self._changed = {}
        return self._kept


def _cut(facts: Facts, begin: int, end: int) -> Facts:
    return Facts._make(column[begin:end] for column in facts)


def _merged(kept: Histories, rows: Indices, sizes: Instants, facts: Facts) -> Histories:
    """Return histories with some of them exchanged, and others added."""
    stays, before = ~np.isin(kept.row, rows), np.diff(kept.begins)
    old = Facts._make(column[np.repeat(stays, before)] for column in kept.facts)
    row = np.concatenate([kept.row[stays], rows])
    return _in_order(row, np.concatenate([before[stays], sizes]), joined((old, facts)))


def _in_order(row: Indices, size: Instants, facts: Facts) -> Histories:
    """Return histories by row; the facts of each stay side by side, in their order."""
    order = np.argsort(row, kind="stable")
    began = (np.cumsum(size) - size)[order]
    begins = np.concatenate([[0], np.cumsum(size[order])])
    taken = np.arange(begins[-1]) + np.repeat(began - begins[:-1], size[order])
    facts = Facts._make(column[taken] for column in facts)
    last_occurred, last_recorded = (
        np.maximum.reduceat(column, begins[:-1]) for column in (facts.occurred_at, facts.recorded_at)
    )
    return Histories(row[order].astype(np.int32), begins, last_occurred, last_recorded, facts)


_EXISTS, _EXCUSED, _REQUESTED = np.uint8(Flag.EXISTS), np.uint8(Flag.EXCUSED), np.uint8(Flag.REQUESTED)
_LIVE, _TOLD = np.uint8(Flag.LIVE), np.uint8(Flag.TOLD)


@part_of_kernels
def flags_then(folded: tuple[Integer, ...], flags: Integer) -> Integer:
    """Return the flags of a row that stood so, from `fold_facts`; what it is asked for stays as in `flags`."""
    then = (flags & _REQUESTED) | _TOLD
    if folded[0]:
        then |= _EXISTS
    if folded[2]:
        then |= _EXCUSED
    if folded[5] != NO_VERSION:
        then |= _LIVE
    return np.uint8(then)


@compiled(
    "void(i8, i8, i4[::1], i8[::1], u1[::1], i8[::1], i8[::1], i8[::1], i4[::1], "
    "i8[::1], i8[::1], u1[::1], i4[::1], i4[::1])"
)
def fold_again(  # noqa: PLR0913, PLR0917 - a column each
    t: int,
    known_at: int,
    told: Indices,
    begins: Instants,
    kind: Flags,
    occurred_at: Instants,
    recorded_at: Instants,
    day: Instants,
    version: Indices,
    due: Instants,
    first_receipt: Instants,
    flags: Flags,
    live: Indices,
    accepted: Indices,
) -> None:
    """Write how the rows stood at `t` that have a history of their own; what they are asked for stays."""
    facts = (kind, occurred_at, recorded_at, day, version)
    for one, row in enumerate(told):
        folded = fold_facts(*facts, begins[one], begins[one + 1], t, known_at)
        due[row], first_receipt[row], live[row], accepted[row] = folded[1], folded[3], folded[5], folded[6]
        flags[row] = flags_then(folded, flags[row])
