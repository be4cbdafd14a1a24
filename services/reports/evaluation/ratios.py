"""Answer how every indicator of sums stands for every unit with all below it, over every period of its year, at once.

Ratios are such indicators, and so are counts and growth: there the plan gives the denominator. What each unit keeps or
breaks by itself (units meeting, milestones, frequency), what a receiver judges, tips and released statistics are
answered by `indicator.answer`, which says the same of sums, and from which reports they are; so are periods that are
in no year (programmes, ad hoc and flash reports).

The lines, rows of sums and rulings are those of one instant, basis and tree. `evaluate` fills them; `enter` takes in
what one unit sent, or what was done with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np

from services.reports.evaluation.awaiting import View, mark, mark_again
from services.reports.evaluation.columns import Indices
from services.reports.evaluation.compliance import Layout, Together, one_by_one
from services.reports.evaluation.indicator import Value
from services.reports.evaluation.lines import LARGEST_FIGURE, Changes, FigureTooLarge, Lines, Placed
from services.reports.evaluation.ratio_kernels import add_place, enter, sweep, write
from services.reports.evaluation.ruling import Ruling
from services.reports.evaluation.slots import SLOTS
from services.reports.evaluation.so_far import BLOCK, COUNT, COUNT_BITS, Blocks
from services.reports.evaluation.tally import NOWHERE
from services.reports.evaluation.thresholds import SUMMED, UNKNOWN, WHOLE, Rulings, Thresholds
from services.reports.evaluation.verdict import Reason, Verdict

_PARTS = 4
"""Where no promise is left out: each goes through all places, for some of the promises."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an indicator stands for one unit with all below it over one period."""

    value: Value
    expected: int
    counted: int
    is_provisional: bool
    all_due_passed: bool
    verdict: Verdict
    reason: Reason | None


@dataclass(slots=True)
class Ratios:
    """Every indicator, for every place and period: the sums, and what is to be said of them."""

    lines: Lines
    placed: Placed
    layout: Layout
    thresholds: Thresholds
    sums: Blocks
    """Shape [rows, promises, BLOCK], of places that have others below them; of the rest they are not kept."""
    row: Indices
    """Shape [places]: where the sums of a place lie; NOWHERE if they are found again when they are asked for."""
    rulings: Rulings
    """Shape [places, promises, slots]."""

    @classmethod
    def of(cls, lines: Lines, layout: Layout, thresholds: Thresholds) -> Self:
        """Return room for the answers on some lines in a tree; `evaluate` fills it.

        Raises:
            TooManyLines: Sums over them might not fit.
        """
        places, promises = len(layout.parent), thresholds.table.shape[1]
        has_below = np.zeros(places, np.bool_)
        has_below[layout.parent[layout.parent != NOWHERE]] = True
        row = np.where(has_below, np.cumsum(has_below) - 1, NOWHERE).astype(np.int32)
        sums = np.zeros((int(has_below.sum()), promises, BLOCK), np.int64)
        rulings = np.zeros((places, promises, SLOTS), np.uint8)
        return cls(lines, Placed.by(lines, layout), layout, thresholds, sums, row, rulings)

    def write(self, changes: Changes) -> None:
        """Write what reports say, and leave sums and rulings for `evaluate`.

        Raises:
            FigureTooLarge: A figure is too large; nothing is written.
        """
        while not write(self.lines.figures, self.lines.masks, changes):
            self._widen()

    def evaluate(self, view: View, *, together: Together = one_by_one) -> None:
        """Mark all lines, add them up and judge every place.

        `together` runs the parts that the work is cut into: first those of lines, then those of promises.
        """
        mark(self.lines, view, together=together)
        self.add_up(together=together)

    def advance(self, view: View, *, together: Together = one_by_one) -> None:
        """Evaluate anew what hours have changed: all obligations stand as at the last view, but time went on."""
        changed = mark_again(self.lines, view, self.rulings.shape[1], together=together)
        self._sweep(changed, together)

    def add_up(self, *, together: Together = one_by_one) -> None:
        """Add up all lines as they are marked, and judge every place, in one pass: so after a change of thresholds."""
        self._sweep(np.arange(self.rulings.shape[1], dtype=np.int32), together)

    def _sweep(self, promises: Indices, together: Together) -> None:
        """Add up and judge some promises, in order."""
        figures, masks, about = self.lines.figures, self.lines.masks, self.lines.about
        read = (figures, masks, about, self.placed.order, self.placed.begins, *self._tree, self.sums, self.rulings)
        gaps = np.flatnonzero(np.diff(promises) > 1) + 1
        cuts = np.union1d(gaps, len(promises) * np.arange(1, _PARTS) // _PARTS)
        runs = [run for run in np.split(promises, cuts) if len(run)]
        together([partial(sweep, int(run[0]), int(run[-1]) + 1, *read) for run in runs])

    def enter(self, changes: Changes, view: View) -> None:
        """Take in what was sent, returned, accepted, excused or moved, and evaluate anew whatever stands on it.

        The view must show it already, and for all other lines tell the same as the last one.

        Raises:
            FigureTooLarge: A figure is too large; nothing is changed.
        """
        due, flags, placed = view.standings.due, view.standings.flags, self.placed
        of_view = (due, flags, view.version, view.ends, view.t)
        written = (changes, placed.place, placed.order, placed.begins, *self._tree, self.sums, self.rulings)
        while True:
            one = self.lines
            read = (one.figures, one.masks, one.about, one.begins, one.row, one.packed, *of_view, *written)
            if enter(*read):
                return
            self._widen()

    @property
    def _tree(self) -> tuple[Indices, Indices, Blocks, Indices]:
        return self.layout.parent, self.row, self.thresholds.table, self.thresholds.set_of

    def _widen(self) -> None:
        if self.lines.figures.dtype == np.int64:
            raise FigureTooLarge(f"a figure is larger than {LARGEST_FIGURE:,}")
        self.lines = self.lines.widened()

    def sums_of(self, place: int) -> Blocks:
        """Return the sums of a unit with all below it, shape [promises, BLOCK]."""
        if self.row[place] != NOWHERE:
            kept: Blocks = self.sums[self.row[place]]
            return kept
        found = np.zeros(self.sums.shape[1:], np.int64)
        of_place = self.placed.order[self.placed.begins[place] : self.placed.begins[place + 1]]
        add_place(self.lines.figures, self.lines.masks, self.lines.about, of_place, found)
        return found

    def at(self, place: int, promise: int, slot: int, *, sums: Blocks | None = None) -> Outcome:
        """Return how a promise stands over the period of a slot, for a unit with all below it.

        `sums` are those of the unit, for who asks more than once.
        """
        of_promise = (self.sums_of(place) if sums is None else sums)[promise]
        n, d, coverage, figures = of_promise[slot::SLOTS].tolist()
        whole = int(self.thresholds.table[self.thresholds.set_of[place], promise, WHOLE + slot])
        has_n, has_d = figures >> COUNT_BITS & COUNT, figures >> 2 * COUNT_BITS
        d_known = (d if has_d else None) if whole == SUMMED else None if whole == UNKNOWN else whole
        expected, missing, pending = coverage & COUNT, coverage >> COUNT_BITS & COUNT, coverage >> 2 * COUNT_BITS
        verdict, reason = Ruling(int(self.rulings[place, promise, slot])).words
        return Outcome(
            value=Value(n if has_n else None, d_known),
            expected=expected,
            counted=expected - missing,
            is_provisional=figures & COUNT != 0,
            all_due_passed=pending == 0,
            verdict=verdict,
            reason=reason,
        )
