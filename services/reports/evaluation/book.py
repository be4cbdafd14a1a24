"""Keep obligations with their histories, and say how they stood at any instant, as known at any other."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from services.reports.evaluation import plain
from services.reports.evaluation.boundaries import Boundaries
from services.reports.evaluation.columns import ABSENT, STANDING, TYPES, Columns, Flag, Flags, Indices, Mask, Slots
from services.reports.evaluation.compliance import Cube, Layout, Together, one_by_one, parts_of, without_rows
from services.reports.evaluation.decide import OPEN, Read
from services.reports.evaluation.entering import hours_of, write_standings
from services.reports.evaluation.history import (
    LONG_AGO,
    NEVER,
    NO_FACTS,
    NO_VERSION,
    FactKind,
    Facts,
    Instants,
    Standing,
    in_columns,
    stood,
)
from services.reports.evaluation.plain import FIRST_VERSION
from services.reports.evaluation.series import AllSeries
from services.reports.evaluation.status import Status, Statuses
from services.reports.evaluation.tally import roll_up, tally_units
from services.reports.evaluation.told import Histories, Told, fold_again

_TOLD = np.uint8(Flag.TOLD)


class States(NamedTuple):
    """How obligations stand once all recorded facts have occurred, in columns. Instants are microseconds UTC."""

    unit: Indices
    slot: Slots
    series: Indices
    due: Instants
    """NEVER if undated."""
    first_receipt: Instants
    """NEVER if nothing came."""
    first_recorded: Instants
    """When that was written down; NEVER likewise."""
    accepted: Instants
    """When the first version was accepted, of a plain history; NEVER without."""
    correction_due: Instants
    """LONG_AGO if nothing was returned."""
    flags: Flags

    def write(self, rows: Indices, columns: tuple[npt.NDArray[Any], ...]) -> None:
        """Write how they stand to rows of columns, in the order of STANDING; not those that are ABSENT.

        Raises:
            ValueError: A correction is due at another instant than the beginning of a day.
        """
        stands = (self.due, self.first_receipt, self.first_recorded, self.accepted, self.correction_due, self.flags)
        if not write_standings(rows, *stands, *columns):
            raise ValueError("a correction is due until the end of a day")

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return them as `Columns` keeps them."""
        columns = {name: np.empty(len(self.unit), TYPES[name]) for name in STANDING}
        self.write(np.arange(len(self.unit), dtype=np.int32), tuple(columns.values()))
        return columns | {"slot": self.slot, "series": self.series}


class Standings(NamedTuple):
    """How all obligations stood at an instant, in columns."""

    due: Instants
    """NEVER if undated."""
    first_receipt: Instants
    """NEVER if nothing came."""
    flags: Flags
    live_version: Indices
    """NO_VERSION if none is live."""
    accepted_version: Indices


class Tallied(NamedTuple):
    """What all obligations come to at an instant."""

    statuses: Statuses
    cube: Cube


class Book:
    """Columns with the facts behind them.

    Its answers for a pair (t, known_at) never change: a fact that is recorded later counts only from its own
    `recorded_at`, wherever it lies on the other axis. Rows move when others are opened; duties stay.
    """

    def __init__(self) -> None:
        self.columns = Columns()
        self.series = AllSeries()
        self.boundaries = Boundaries()
        """When a status can change although nothing is entered."""
        self._told = Told()
        self._series_noted = 0
        """Of so many series it is known when they were opened."""
        self._last_received = self._last_written = LONG_AGO
        """When the last receipt came that a plain history has, and when one was last written down."""

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def told(self) -> Histories:
        """The facts of the rows that are TOLD."""
        return self._told.histories()

    def take(self, states: States, told: Facts = NO_FACTS, sizes: Instants | None = None) -> Indices:
        """Enter how obligations stand, new ones and old, and return their rows.

        `told` are the facts of those that are TOLD, all of them, in the order in which they happened, one obligation
        after the other as in `states`; `sizes` says how many of them belong to each.

        Raises:
            ValueError: An obligation comes twice, or a correction is not due at the beginning of a day.
        """
        rows, absent = self.columns.find(states.unit, states.slot, states.series)
        states.write(rows, self.columns.standing)
        if absent:
            new = rows == ABSENT
            added = {name: column[new] for name, column in states.columns().items()}
            placed, moved = self.columns.insert(states.unit[new], added)
            self._told.move(moved)
            rows[~new], rows[new] = moved[rows[~new]], placed
        if sizes is not None and len(sizes):
            self._told.put(rows[(states.flags & _TOLD) != 0], sizes, told)
        self._note(states, told, sizes)
        return rows

    def _note(self, states: States, told: Facts, sizes: Instants | None) -> None:
        """Note the instants at which something can change by itself, and the last at which something happened."""
        boundaries, hours = self.boundaries, np.empty(3 * len(states.flags), np.int64)
        for number in range(self._series_noted, len(self.series)):
            boundaries.happened(self.series[number].opened_at, self.series[number].opened_recorded_at)
        self._series_noted = len(self.series)
        many, received, written, accepted = hours_of(
            states.due,
            states.correction_due,
            states.series,
            self.series.reminder,
            states.first_receipt,
            states.first_recorded,
            states.accepted,
            states.flags,
            hours,
        )
        boundaries.note(hours[:many])
        for last in (received, accepted):
            boundaries.happened(last, last)
        self._last_received, self._last_written = max(self._last_received, received), max(self._last_written, written)
        if sizes is not None and len(sizes):
            of_told = self.series.reminder[states.series[(states.flags & _TOLD) != 0]]
            is_set = told.day != NEVER
            boundaries.note(told.day[is_set])
            is_due = is_set & (told.kind != FactKind.RETURNED)
            boundaries.note((told.day - np.repeat(of_told, sizes))[is_due])
            boundaries.occurred(told.occurred_at, told.recorded_at)

    def history(self, row: int) -> Facts:
        """Return all facts of a row in the order in which they happened."""
        if self.columns.flags[row] & Flag.TOLD:
            return self._told.history(row)
        return in_columns(plain.history(self.columns, row, self.series[int(self.columns.series[row])]))

    def is_requested(self, row: int) -> bool:
        """Say whether a report is only asked for."""
        return bool(self.columns.flags[row] & Flag.REQUESTED)

    def standing(self, row: int, t: int, known_at: int) -> Standing:
        """Return how an obligation stood at `t`, as known at `known_at`."""
        if self.columns.flags[row] & Flag.TOLD:
            return stood(self._told.history(row), t, known_at)
        return plain.standing(self.columns, row, self.series[int(self.columns.series[row])], t, known_at)

    def as_of(self, t: int, known_at: int) -> Standings:
        """Return how all obligations stood at `t`, as known at `known_at`."""
        columns, told = self.columns, self.told
        came = (columns.first_receipt <= t) & (columns.first_receipt <= known_at - columns.delay.astype(np.int64))
        exists = self.series.asked(np.ones(len(self.series), np.bool_), t, known_at)[columns.series] == OPEN
        lost = np.where(came, 0, Flag.LIVE) | np.where(exists, 0, Flag.EXISTS)
        standings = Standings(
            due=columns.due.copy(),
            first_receipt=np.where(came, columns.first_receipt, NEVER),
            flags=columns.flags & ~lost.astype(np.uint8),
            live_version=np.where(came, FIRST_VERSION, NO_VERSION).astype(np.int32),
            accepted_version=np.where(came & (columns.accepted <= min(t, known_at)), FIRST_VERSION, NO_VERSION).astype(
                np.int32
            ),
        )
        # What was written of the rows of `told` is not theirs.
        fold_again(t, known_at, told.row, told.begins, *told.facts, *standings)
        return standings

    def tally(
        self,
        t: int,
        known_at: int,
        layout: Layout,
        *,
        slots: int,
        wanted: Mask,
        together: Together = one_by_one,
        into: Tallied | None = None,
    ) -> Tallied:
        """Return the statuses of a layout's rows at `t`, and how many have which in each subtree and slot.

        Rows of units NOWHERE in the layout, and those of series that are not `wanted`, shape [series], stay ABSENT and
        are in no count. `together` runs the parts that the work is cut into. They are written `into` arrays of the
        same shape, if there are any: memory that is new to the process takes as long as the work.
        """
        read, begins = self.read(t, known_at, wanted), self.columns.begins
        parts = parts_of(layout, begins)
        if into is None:
            counts = np.empty((len(layout.parent), slots, len(Status)), np.int32)
            into = Tallied(np.empty(len(self), np.uint8), Cube(counts))
        statuses, counts = into.statuses, into.cube.subtree
        statuses.fill(Status.ABSENT)
        # The others are emptied side by side, each when its first row is counted.
        counts[without_rows(layout, parts)] = 0

        def go_over(units: Indices) -> None:
            tally_units(*read, units, layout.place, begins, statuses, counts)

        together([partial(go_over, part) for part in parts])
        by_place = counts.reshape(len(counts), -1)
        middle = by_place.shape[1] // 2
        together(
            [partial(roll_up, *part, layout.parent, by_place) for part in pairwise((0, middle, by_place.shape[1]))]
        )
        return into

    def read(self, t: int, known_at: int, wanted: Mask) -> Read:
        """Return what a pass at `t`, as known at `known_at`, over some of the series reads."""
        columns, told = self.columns, self.told
        return Read(
            t,
            known_at,
            t < self._last_received or known_at < self._last_written,
            columns.due,
            columns.first_receipt,
            columns.correction_day,
            columns.flags,
            columns.delay,
            columns.series,
            columns.slot,
            self.series.reminder,
            self.series.asked(wanted, t, known_at),
            told.row,
            told.begins,
            told.last_occurred,
            told.last_recorded,
            told.facts.kind,
            told.facts.occurred_at,
            told.facts.recorded_at,
            told.facts.day,
            told.facts.version,
        )
