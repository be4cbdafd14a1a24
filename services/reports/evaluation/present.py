"""Keep the statuses and counts of one instant, and move them along: with the clock, and with every change."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

import numpy as np

from services.reports.evaluation.book import Book, Tallied
from services.reports.evaluation.columns import DAY, MIDNIGHT, NO_DAY, Flag, Indices, Mask
from services.reports.evaluation.compliance import Cube, Layout, Together, one_by_one
from services.reports.evaluation.decide import Read
from services.reports.evaluation.history import NEVER, Instants
from services.reports.evaluation.mend import count_again, count_received, decide_again
from services.reports.evaluation.told import Histories

_ALL_AT_ONCE = 0.015
"""From this share of all rows on, going over all of them costs no more than going over those that change."""

_ONE_BY_ONE = 2000
"""More rows that wait for something take longer, each by itself, than all of them together."""


class Present:
    """How all obligations stand at an instant that only moves on, with everything that is known.

    What waits for its hour (a due day, a reminder, a correction day, a fact that was written down before it occurs) is
    kept in order of time, so that a quiet minute costs nothing.
    """

    _instants: Instants
    _waiting: Indices
    _passed: int
    _t: int
    _told: Histories
    _received: tuple[Any, ...]
    _kept: tuple[Any, ...]

    def __init__(self, book: Book, layout: Layout, t: int, *, slots: int, together: Together = one_by_one) -> None:
        self._book = book
        self._layout = layout
        self._slots = slots
        self._together = together
        self._tallied: Tallied | None = None
        self._begin(t)

    @property
    def t(self) -> int:
        """The instant, in microseconds UTC."""
        return self._t

    @property
    def cube(self) -> Cube:
        """The counts at the instant: they change with it."""
        return self._cube

    def advance(self, t: int) -> None:
        """Move on to a later instant."""
        begin, end = self._passed, int(np.searchsorted(self._instants, t, side="right"))
        added = []
        while self._added and self._added[0][0] <= t:
            added.append(heapq.heappop(self._added)[1])
        self._t, self._passed = t, end
        if end - begin + len(added) > _ALL_AT_ONCE * len(self._book):
            self._count()
            return
        self._read = self._read_now()
        if end > begin:
            self._again(self._waiting[begin:end])
        if added:
            self._again(np.array(added, np.int32))

    def changed(self, rows: Indices) -> None:
        """Take in that some rows were rewritten. (After rows were added, begin anew.)"""
        others = count_received(self._t, rows, *self._received, *self._kept)
        if others == 0:
            # A plain report that is in waits for nothing any more.
            return
        if others > _ONE_BY_ONE:
            self._begin(self._t)
            return
        if self._book.told is not self._told:
            self._read = self._read_now()
        self._again(rows)
        for row in rows.tolist():
            for instant in self._hours(row):
                heapq.heappush(self._added, (instant, row))

    def _begin(self, t: int) -> None:
        self._t, self._passed = t, 0
        self._instants, self._waiting = _hours_of_all(self._book, t)
        self._added: list[tuple[int, int]] = []
        self._count()

    def _count(self) -> None:
        """Go over all rows."""
        self._tallied = self._book.tally(
            self._t,
            NEVER,
            self._layout,
            slots=self._slots,
            wanted=self._every,
            together=self._together,
            into=self._fitting(),
        )
        self.statuses, self._cube = self._tallied
        self._read = self._read_now()
        layout, columns = self._layout, self._book.columns
        opened_at = self._book.series.opened_at
        self._received = (columns.due, columns.first_receipt, columns.flags, columns.series, opened_at)
        self._kept = (columns.slot, columns.begins, layout.place, layout.parent, self.statuses, self._cube.subtree)

    def _fitting(self) -> Tallied | None:
        """Return the arrays so far, if there are no more rows than they have room for."""
        now = self._tallied
        return now if now is not None and len(now.statuses) == len(self._book) else None

    @property
    def _every(self) -> Mask:
        return np.ones(len(self._book.series), np.bool_)

    def _read_now(self) -> Read:
        self._told = self._book.told
        return self._book.read(self._t, NEVER, self._every)

    def _again(self, rows: Indices) -> None:
        now = np.empty(len(rows), np.uint8)
        decide_again(*self._read, rows, now)
        count_again(rows, now, *self._kept)

    def _hours(self, row: int) -> Iterable[int]:
        """Return when a row is to be looked at again, after the present."""
        columns = self._book.columns
        due, day = int(columns.due[row]), int(columns.correction_day[row])
        reminder = int(self._book.series.reminder[columns.series[row]])
        hours = [due, due - reminder, day * DAY - MIDNIGHT, int(columns.first_receipt[row])]
        if columns.flags[row] & Flag.TOLD:
            facts = self._book.history(row)
            hours += [*facts.occurred_at.tolist(), *facts.day.tolist(), *(facts.day - reminder).tolist()]
        return (hour for hour in hours if self._t < hour < NEVER)


def _hours_of_all(book: Book, t: int) -> tuple[Instants, Indices]:
    """Return the instants after `t` at which rows are to be looked at again, in order, and those rows."""
    columns, series, told = book.columns, book.series, book.told
    came = columns.first_receipt <= t
    pending = np.flatnonzero((columns.due > t) & ~(came & ((columns.flags & Flag.LIVE) != 0))).astype(np.int32)
    to_come = np.flatnonzero(~came & (columns.first_receipt != NEVER)).astype(np.int32)
    returned = np.flatnonzero(columns.correction_day != NO_DAY).astype(np.int32)
    unopened = np.flatnonzero(series.opened_at[columns.series] > t).astype(np.int32)
    of_told = np.repeat(told.row, np.diff(told.begins))
    found = [
        (pending, columns.due[pending]),
        (pending, columns.due[pending] - series.reminder[columns.series[pending]]),
        (to_come, columns.first_receipt[to_come]),
        (returned, columns.correction_day[returned].astype(np.int64) * DAY - MIDNIGHT),
        (unopened, series.opened_at[columns.series[unopened]]),
        (of_told, told.facts.occurred_at),
        (of_told, told.facts.day),
        (of_told, told.facts.day - series.reminder[columns.series[of_told]]),
    ]
    rows, hours = (np.concatenate(columns) for columns in zip(*found, strict=True))
    later = (hours > t) & (hours < NEVER)
    rows, hours = rows[later], hours[later]
    order = np.argsort(hours, kind="stable")
    return hours[order], rows[order]
