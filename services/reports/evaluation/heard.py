"""Read the reports of many units at once: exactly what `said` reads of each, where all reports were read before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from services.reports.evaluation.alike import Alike, Owing
from services.reports.evaluation.columns import Duty, Indices, Mask
from services.reports.evaluation.evidence import Evidence, UnitReports, Used
from services.reports.evaluation.figures import ElementKind
from services.reports.evaluation.history import NO_VERSION, Instants
from services.reports.evaluation.lines import Changes, Line, Side, sides_in, slot_in
from services.reports.evaluation.said import Promise

_ADD_UP = frozenset({ElementKind.FLOW, ElementKind.DISTINCT})
"""Of these a nil report says 0."""


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
        used, shape = np.flatnonzero(version != NO_VERSION), (version.size, len(codes))
        total, known = np.zeros(shape, np.int64), np.zeros(shape, np.bool_)
        stated = evidence.tables.figures.stated(_versions(owing, used, version, evidence), codes)
        adds_up = np.array([evidence.tables.elements[code].kind in _ADD_UP for code in codes], np.bool_)
        is_silent = stated.nil[:, np.newaxis] & ~stated.whole & ~stated.monthly
        total[used], known[used] = stated.total, stated.whole | is_silent & adds_up
        rest = np.zeros(shape, np.bool_)
        rest[used] = stated.monthly & ~stated.whole | is_silent & ~adds_up
        _read_one_by_one(owing, version, evidence, codes, rest, total, known)
        by_unit = (*owing.rows.shape, len(codes))
        return cls(tuple(codes), total.reshape(by_unit), known.reshape(by_unit))

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


def _read_one_by_one(
    owing: Owing,
    version: Indices,
    evidence: Evidence,
    codes: Sequence[str],
    rest: Mask,
    total: Instants,
    known: Mask,
) -> None:
    """Read what depends on other reports of the unit, or on how long it exists."""
    many, tables = owing.rows.shape[1], evidence.tables
    unit, reports = -1, None
    for at, element in np.argwhere(rest).tolist():
        place, code = at // many, codes[element]
        row = int(owing.rows[place, at % many])
        if code not in tables.form(row).elements:
            continue
        if reports is None or unit != place:
            unit, reports = place, UnitReports(int(owing.units[place]), owing.rows[place].tolist(), evidence)
        report = Used(row, int(version[place, at % many]), tables.period(row))
        figure = reports.quantity(report, tables.elements[code]).total
        total[at, element], known[at, element] = figure or 0, figure is not None


def _by_slot(group: Alike, line: Line) -> dict[int, list[tuple[int, Side]]]:
    """Return by slot which obligations of each unit bear on a line, in their order, and which sides each counts."""
    found: dict[int, list[tuple[int, Side]]] = {}
    places = group.places(bearing.row for bearing in line.bearings)
    for bearing, place in zip(line.bearings, places, strict=True):
        found.setdefault(slot_in(bearing.packed), []).append((place, sides_in(bearing.packed)))
    return found
