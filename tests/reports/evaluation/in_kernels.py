"""A plan in miniature as the kernels see it: the lines of its units, placed in a tree, with the indicators of 2025."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from services.reports.evaluation.awaiting import View
from services.reports.evaluation.compliance import Layout
from services.reports.evaluation.evidence import Basis, Evidence, reports_of
from services.reports.evaluation.lines import Changes, Lines
from services.reports.evaluation.measures import Indicator
from services.reports.evaluation.ratios import Ratios
from services.reports.evaluation.said import Promise, changes_of, lines_of, sides_of
from services.reports.evaluation.slots import ends_of
from services.reports.evaluation.tally import NOWHERE
from services.reports.evaluation.thresholds import Thresholds
from tests.reports.evaluation.histories import FOREVER
from tests.reports.evaluation.worlds import World

YEAR = 2025


class InKernels:
    """The present, past or future of a world, as lines."""

    def __init__(
        self,
        world: World,
        indicators: Sequence[Indicator],
        layout: Layout,
        *,
        t: int = FOREVER,
        known_at: int = FOREVER,
        basis: Basis = Basis.ACCEPTED,
        sets: Mapping[int, Sequence[Indicator]] | None = None,
        years: Sequence[int] = (YEAR,),
        words: Sequence[Promise] | None = None,
    ) -> None:
        """Take indicators that are judged by sums, a promise of each for each year, those of a year together.

        `sets` has what holds at some places instead, `words` how each promise is read if not by its indicator.
        """
        self.world, self.t, self.known_at, self.basis, self.years = world, t, known_at, basis, years
        sides = [(year, sides_of(one.measure)) for year in years for one in indicators]
        promises = [Promise(number, year, one) for number, (year, one) in enumerate(sides) if one is not None]
        self.lines = [
            (promise, line)
            for unit in range(len(layout.place))
            for promise in words or promises
            for line in lines_of(unit, self._rows_of(unit), promise, self._evidence())
        ]
        set_of = np.zeros(len(layout.parent), np.int32)
        for number, place in enumerate(sets or {}, start=1):
            set_of[place] = number
        thresholds = Thresholds.of(len(promises), set_of)
        for number, plan in enumerate([indicators, *(sets or {}).values()]):
            for promise, indicator in enumerate(list(plan) * len(years)):
                thresholds.put(number, promise, indicator)
        self.ratios = Ratios.of(Lines.of([line for _, line in self.lines]), layout, thresholds)
        self.ratios.write(self.changes(range(len(layout.place))))
        self.ratios.evaluate(self.view())

    def view(self) -> View:
        indicators = self.ratios.rulings.shape[1] // len(self.years)
        standings = self.world.book.as_of(self.t, self.known_at)
        return View(self.t, self.basis, standings, np.repeat(ends_of(self.years), indicators, axis=0))

    def enter(self, units: Iterable[int]) -> None:
        """Take in what the reports of some units say now."""
        self.ratios.enter(self.changes(units), self.view())

    def changes(self, units: Iterable[int]) -> Changes:
        evidence = self._evidence()
        asked = set(units)
        reports = {one.unit: one for one in reports_of(asked, range(len(self.world.book)), evidence)}
        changes = [
            change
            for number, (promise, line) in enumerate(self.lines)
            if line.unit in asked
            for change in changes_of(reports[line.unit], number, line, promise)
        ]
        return np.array(changes, np.int64).reshape(-1, 5)

    def _rows_of(self, unit: int) -> list[int]:
        return [row for row in range(len(self.world.book)) if self.world.book.columns.unit(row) == unit]

    def _evidence(self) -> Evidence:
        return self.world.evidence(self.t, self.known_at, self.basis)


def units_below(place: int, layout: Layout) -> set[int]:
    """Return the units that count at a place or below it."""
    found = set()
    for unit, at in enumerate(layout.place.tolist()):
        above = at
        while above not in {NOWHERE, place}:
            above = int(layout.parent[above])
        if above == place:
            found.add(unit)
    return found
