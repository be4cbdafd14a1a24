"""Keep obligations with their histories, and say how they stood at any instant, as known at any other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from services.reports.evaluation import plain
from services.reports.evaluation.boundaries import Boundaries
from services.reports.evaluation.columns import NO_DAY, Columns, Flag, Indices, Mask, Slots
from services.reports.evaluation.compliance import Cube, Layout, Together, one_by_one, parts_of
from services.reports.evaluation.history import (
    LONG_AGO,
    NEVER,
    Fact,
    Facts,
    Instants,
    Standing,
    in_columns,
    joined,
    stood,
)
from services.reports.evaluation.series import AllSeries
from services.reports.evaluation.status import Status, Statuses
from services.reports.evaluation.tally import Read, roll_up, tally_units
from services.reports.evaluation.told import Told


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
        self._last_occurred = self._last_recorded = LONG_AGO
        """Of the facts in plain histories but for the first."""

    def __len__(self) -> int:
        return len(self.columns)

    def open(self, unit: Indices, slot: Slots, series: Indices, due: Instants) -> Indices:
        """Enter obligations as their series open them, with their due instants or NEVER; return their rows.

        Raises:
            ValueError: One of them is there already.
        """
        many = len(unit)
        requested = np.array([self.series[number].requested for number in range(len(self.series))], np.bool_)
        flags = np.where(requested[series], Flag.EXISTS | Flag.REQUESTED, Flag.EXISTS)
        placed, moved = self.columns.insert(
            unit,
            {
                "due": due,
                "first_receipt": np.full(many, NEVER),
                "accepted": np.full(many, NEVER),
                "correction_day": np.full(many, NO_DAY, np.int16),
                "flags": flags.astype(np.uint8),
                "delay": np.zeros(many, np.uint16),
                "slot": slot,
                "series": series,
            },
        )
        self._told.move(moved)
        for number in np.unique(series).tolist():
            self.boundaries.occurred(self.series[number].opened_at, self.series[number].opened_recorded_at)
        dated = due != NEVER
        self.boundaries.note(np.unique(due[dated]).tolist())
        self.boundaries.note(np.unique((due - self.series.reminder[series])[dated]).tolist())
        return placed

    def record(self, row: int, facts: Sequence[Fact]) -> None:
        """Enter what happened to an obligation, in the order of recording; also what is back-dated or yet to occur."""
        columns, series = self.columns, self.series[int(self.columns.series[row])]
        waiting = list(facts)
        for fact in facts:
            self.boundaries.occurred(fact.occurred_at, fact.recorded_at)
        while waiting and plain.takes(columns, row, series, waiting[0]):
            fact = waiting.pop(0)
            plain.enter(columns, row, fact)
            self._last_occurred = max(self._last_occurred, fact.occurred_at)
            self._last_recorded = max(self._last_recorded, fact.recorded_at)
        if waiting:
            self._tell(row, waiting)

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

    def tally(
        self, t: int, known_at: int, layout: Layout, *, slots: int, rules: Mask, together: Together = one_by_one
    ) -> tuple[Statuses, Cube]:
        """Return the statuses of a layout's rows at `t`, and how many have which in each subtree and slot.

        Rows of units NOWHERE in the layout, and those whose rule is not set in `rules`, shape [rules], stay ABSENT and
        are in no count. `together` runs the parts that the work is cut into.
        """
        statuses = np.zeros(len(self), np.uint8)
        counts = np.zeros((len(layout.parent), slots, len(Status)), np.int32)
        read = self.read(t, known_at, rules)
        begins = self.columns.begins

        def go_over(units: Indices) -> None:
            tally_units(*read, units, layout.place, begins, statuses, counts)

        together([partial(go_over, part) for part in parts_of(layout, begins)])
        roll_up(layout.parent, counts.reshape(len(counts), -1))
        return statuses, Cube(counts)

    def read(self, t: int, known_at: int, rules: Mask) -> Read:
        """Return what a pass at `t`, as known at `known_at`, over some of the rules reads."""
        columns, told = self.columns, self._told.histories()
        return Read(
            t,
            known_at,
            t < self._last_occurred or known_at < self._last_recorded,
            columns.due,
            columns.first_receipt,
            columns.correction_day,
            columns.flags,
            columns.delay,
            columns.series,
            columns.slot,
            self.series.reminder,
            self.series.asked(rules, t, known_at),
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

    def _tell(self, row: int, facts: Sequence[Fact]) -> None:
        """Keep facts of their own for a row, and write how it stands once all of them have occurred."""
        reminder = self.series[int(self.columns.series[row])].reminder
        for fact in facts:
            if fact.due_at is not None:
                self.boundaries.note((fact.due_at, fact.due_at - reminder))
            if fact.correction_due_at is not None:
                self.boundaries.note((fact.correction_due_at,))
        both = joined((self.history(row), in_columns(facts)))
        order = np.argsort(both.occurred_at, kind="stable")
        history = Facts._make(column[order] for column in both)
        self._told.put(row, history)
        kept = int(self.columns.flags[row]) & Flag.REQUESTED
        self.columns.put(row, stood(history, NEVER, NEVER), flags=kept | Flag.TOLD)
