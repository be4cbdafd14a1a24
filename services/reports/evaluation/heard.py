"""Read the reports of many units at once: exactly what `said` reads of each, where all reports were read before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from kernel.calendar.period import Period
from services.reports.evaluation.alike import Alike, Owing
from services.reports.evaluation.columns import Duty, Indices, Mask
from services.reports.evaluation.evidence import Evidence, Form, UnitReports, Used, age, may_precede
from services.reports.evaluation.figures import Element, ElementKind
from services.reports.evaluation.history import NO_VERSION, Instants
from services.reports.evaluation.lines import Changes, Line, Side, sides_in, slot_in
from services.reports.evaluation.said import Promise

_ADD_UP = frozenset({ElementKind.FLOW, ElementKind.DISTINCT})
"""Of these a nil report says 0."""


@dataclass(frozen=True, slots=True)
class Places:
    """For which periods the obligations of each unit are that owes the same, and what their reports count for."""

    periods: Sequence[Period]
    forms: Sequence[Form]

    @classmethod
    def of(cls, owing: Owing, evidence: Evidence) -> Self:
        """Return them, as they are of the first unit."""
        rows = owing.rows[0].tolist()
        return cls([evidence.tables.period(row) for row in rows], [evidence.tables.form(row) for row in rows])

    def before(self, place: int, element: Element) -> list[int] | None:
        """Return whose figures still hold after a nil report, the last one first; None if their order depends on more.

        That is `UnitReports.quantity` for all units.
        """
        period = self.periods[place]
        found = [
            other
            for other, earlier in enumerate(self.periods)
            if earlier != period
            and element.code in self.forms[other].elements
            and may_precede(earlier, period, element)
        ]
        ages = {self.periods[other]: age(self.periods[other]) for other in found}
        is_certain = len(set(ages.values())) == len(ages)
        return sorted(found, key=lambda other: ages[self.periods[other]], reverse=True) if is_certain else None


@dataclass(frozen=True, slots=True)
class Heard:
    """What units that owe the same say of some elements."""

    codes: tuple[str, ...]
    total: Instants
    """Shape [units, rows, elements]; 0 where it is not known."""
    known: Mask
    """Likewise."""

    @classmethod
    def of(cls, owing: Owing, version: Indices, evidence: Evidence, codes: Sequence[str]) -> Self:
        """Read elements. `version` says of each row which version is read, NO_VERSION for none."""
        used, shape = np.flatnonzero(version != NO_VERSION), (*version.shape, len(codes))
        stated = evidence.tables.figures.stated(_versions(owing, used, version, evidence), codes)
        total, (known, monthly, silent) = np.zeros(shape, np.int64), np.zeros((3, *shape), np.bool_)
        for every, of_used in ((total, stated.total), (known, stated.whole), (monthly, stated.monthly & ~stated.whole)):
            every.reshape(-1, len(codes))[used] = of_used
        silent.reshape(-1, len(codes))[used] = stated.nil[:, np.newaxis] & ~stated.whole & ~stated.monthly
        found = cls(tuple(codes), total, known)
        found._read_one_by_one(monthly, owing, version, evidence)
        found._read_one_by_one(found._fill_in(silent, owing, evidence), owing, version, evidence)
        return found

    def _fill_in(self, silent: Mask, owing: Owing, evidence: Evidence) -> Mask:
        """Fill in what nil reports mean for what they do not state; return where that is left open."""
        places, left = Places.of(owing, evidence), np.zeros_like(silent)
        for at, code in enumerate(self.codes):
            element = evidence.tables.elements[code]
            if element.kind in _ADD_UP:
                self.known[:, :, at] |= silent[:, :, at]
                continue
            stated = self.known[:, :, at].copy()
            for place in np.flatnonzero(silent[:, :, at].any(axis=0)).tolist():
                lacking, before = silent[:, place, at].copy(), places.before(place, element)
                if before is None:
                    left[:, place, at] = lacking
                    continue
                for other in before:
                    holds = lacking & stated[:, other]
                    self.total[holds, place, at] = self.total[holds, other, at]
                    self.known[holds, place, at] = True
                    lacking &= ~holds
                # Nothing since the year began is a cumulative 0; of a stock it leaves open how large it is.
                self.known[:, place, at] |= lacking & (element.kind is ElementKind.CUMULATIVE)
        return left

    def _read_one_by_one(self, cells: Mask, owing: Owing, version: Indices, evidence: Evidence) -> None:
        """Read what depends on how long the unit exists, or on other reports in no certain order."""
        tables, unit, reports = evidence.tables, -1, None
        for at, place, element in np.argwhere(cells).tolist():
            row, code = int(owing.rows[at, place]), self.codes[element]
            if code not in tables.form(row).elements:
                continue
            if reports is None or unit != at:
                unit, reports = at, UnitReports(int(owing.units[at]), owing.rows[at].tolist(), evidence)
            report = Used(row, int(version[at, place]), tables.period(row))
            figure = reports.quantity(report, tables.elements[code]).total
            self.total[at, place, element], self.known[at, place, element] = figure or 0, figure is not None

    def changes(self, group: Alike, wanted: Sequence[Promise]) -> Iterator[Changes]:
        """Yield what all of the units' reports say of promises that are complete; of others they say nothing."""
        first = group.first + np.arange(len(group.owing.units)) * len(group.lines)
        for number, (promise, line) in enumerate(group.lines):
            if promise not in wanted:
                continue
            for slot, places in _by_slot(group, line).items():
                if not self.known[:, [place for place, _ in places]].any():
                    continue
                (n, has_n), (d, has_d) = (self._side(side, promise, line, places) for side in (Side.N, Side.D))
                complete = np.flatnonzero(has_n & has_d)
                changes = np.empty((len(complete), 5), np.int64)
                changes[:, 0], changes[:, 1], changes[:, 4] = first[complete] + number, slot, 1
                changes[:, 2], changes[:, 3] = n[complete], d[complete]
                yield changes

    def _side(
        self, side: Side, promise: Promise, line: Line, places: Sequence[tuple[int, Side]]
    ) -> tuple[Instants, Mask]:
        """Return what each unit says of a side, and whether it has all of it; of a side that is not asked, nothing."""
        many = len(self.total)
        figures, is_whole = np.zeros(many, np.int64), np.ones(many, np.bool_)
        for code in promise.sides.of(side & line.sides):
            element, has = self.codes.index(code), np.zeros(many, np.bool_)
            for place, counts in places:
                # The first report that has a figure gives it.
                speaks = self.known[:, place, element] & ~has if counts & side else np.zeros(many, np.bool_)
                figures += np.where(speaks, self.total[:, place, element], 0)
                has |= speaks
            is_whole &= has
        return figures, is_whole


def _versions(owing: Owing, used: Instants, version: Indices, evidence: Evidence) -> list[tuple[Duty, int]]:
    """Return which versions of which obligations are read, of the rows of all units one after the other."""
    columns, rows = evidence.book.columns, owing.rows.reshape(-1)[used]
    unit = np.repeat(owing.units, owing.rows.shape[1])[used]
    duties = map(Duty, unit.tolist(), columns.slot[rows].tolist(), columns.series[rows].tolist())
    return list(zip(duties, version.reshape(-1)[used].tolist(), strict=True))


def _by_slot(group: Alike, line: Line) -> dict[int, list[tuple[int, Side]]]:
    """Return by slot which obligations of each unit bear on a line, in their order, and which sides each counts."""
    found: dict[int, list[tuple[int, Side]]] = {}
    places = group.places(bearing.row for bearing in line.bearings)
    for bearing, place in zip(line.bearings, places, strict=True):
        found.setdefault(slot_in(bearing.packed), []).append((place, sides_in(bearing.packed)))
    return found
