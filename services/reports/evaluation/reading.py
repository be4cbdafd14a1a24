"""Read what the reports of one unit say about a period, until its own report is in by shorter ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kernel.calendar.period import CutOff, Period, months, parts
from kernel.clock import start_of, to_micros
from services.reports.evaluation.columns import Columns, Flag, Standings
from services.reports.evaluation.figures import (
    Element,
    ElementKind,
    Figures,
    Quantity,
    Sheet,
    together,
    total_over_time,
)
from services.reports.evaluation.history import LONG_AGO, NEVER, NO_VERSION

Lifetime = tuple[int, int]
"""When a unit exists: from, until (exclusive), in microseconds UTC."""


class Basis(StrEnum):
    """Which version of a report is read."""

    ACCEPTED = "accepted"
    """The highest accepted one."""
    SUBMITTED = "submitted"
    """The live one."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the reports of one rule and one kind of reporter count for."""

    elements: frozenset[str]
    """Those it collects and for which its reporter is authoritative: whatever else it carries is never summed."""
    cut_off: CutOff = CutOff.DECREE_09


@dataclass(frozen=True, slots=True)
class Tables:
    """What the numbers in the columns stand for, and the figures behind the versions."""

    periods: Sequence[Period]
    """By the number in the column `period`."""
    forms: Sequence[Form]
    """By row."""
    elements: Mapping[str, Element]
    figures: Figures
    lifetimes: Mapping[int, Lifetime] = field(default_factory=dict)
    """By unit; one that is not here exists always."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was known at an instant."""

    t: int
    basis: Basis
    columns: Columns
    standings: Standings
    """As of `t`."""
    tables: Tables


@dataclass(frozen=True, slots=True)
class Used:
    """One version of one report of which figures were used."""

    row: int
    version: int
    period: Period


@dataclass(frozen=True, slots=True)
class Reading:
    """What reports say about a period: for all the elements asked about, or for none."""

    is_in: bool = False
    """Whether the period's own report speaks for it, even if only in part; then no shorter one does."""
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    used: tuple[Used, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in the reports of a unit."""

    elements: frozenset[str]
    monthly: bool = False
    """The entries for single months are wanted, not a total."""


def ends_at(period: Period, cut_off: CutOff) -> int:
    """Return the exclusive end of a period in microseconds UTC; NEVER for ad hoc and flash reports.

    A rule without a cut-off is taken by the calendar: its period ends all the same.
    """
    days = period.days(cut_off) or period.days(CutOff.CALENDAR)
    return NEVER if days is None else to_micros(start_of(days.until))


class UnitReports:
    """The reports of one unit as they stand at an instant."""

    def __init__(self, unit: int, rows: Iterable[int], evidence: Evidence) -> None:
        self.unit = unit
        self._evidence = evidence
        self._standings = evidence.standings
        self._tables = evidence.tables
        self._rows: dict[Period, list[int]] = {}
        for row in rows:
            if self._standings.flags[row] & Flag.EXISTS:
                self._rows.setdefault(self._period(row), []).append(row)

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods for which it owes a report, or was asked for one."""
        return tuple(self._rows)

    def rows(self, period: Period, elements: frozenset[str]) -> list[int]:
        """Return the obligations of a period whose reports count for some of the elements."""
        return [row for row in self._rows.get(period, ()) if self._tables.forms[row].elements & elements]

    def version(self, row: int) -> int:
        """Return which version of a report is read; NO_VERSION if none is in."""
        accepted = self._evidence.basis is Basis.ACCEPTED
        return int((self._standings.accepted_version if accepted else self._standings.live_version)[row])

    def is_expected(self, row: int) -> bool:
        """Say whether a report must come: dated ones always, undated ones from the period's end, requested ones never.

        An excused one is not waited for, but counts once it is in.
        """
        flags = int(self._standings.flags[row])
        if flags & Flag.REQUESTED:
            return False
        if flags & Flag.EXCUSED and self.version(row) == NO_VERSION:
            return False
        is_dated = int(self._standings.due[row]) != NEVER
        return is_dated or self._evidence.t >= ends_at(self._period(row), self._tables.forms[row].cut_off)

    def months_alive(self, period: Period, cut_off: CutOff) -> tuple[Period, ...]:
        """Return the months of a period through all of which the unit exists."""
        begins, ends = self._tables.lifetimes.get(self.unit, (LONG_AGO, NEVER))
        return tuple(
            part for part in months(period) if begins <= _starts_at(part, cut_off) and ends_at(part, cut_off) <= ends
        )

    def own(self, period: Period, wanted: Wanted) -> Reading:
        """Read the period's own reports: several of one unit count as one, the first that has a figure gives it."""
        rows = self.rows(period, wanted.elements)
        used = tuple(Used(row, version, period) for row in rows if (version := self.version(row)) != NO_VERSION)
        known: dict[str, Quantity] = {}
        for report in used:
            for code in sorted(wanted.elements & self._tables.forms[report.row].elements - known.keys()):
                quantity = self._quantity(report, self._tables.elements[code])
                if self._is_known(quantity, report, wanted):
                    known[code] = quantity
        if known.keys() == wanted.elements:
            return Reading(True, known, used)
        return Reading(is_in=bool(rows) and len(used) == len(rows))

    def so_far(self, period: Period, wanted: Wanted) -> Reading:
        """Read the shorter periods that stand for one whose own report is not in yet."""
        adds_up = wanted.monthly or not any(
            self._tables.elements[code].kind is ElementKind.DISTINCT for code in wanted.elements
        )
        for alternative in parts(period):
            if len(alternative) == 1:
                alone = self.own(alternative[0], wanted)
                if alone.is_in:
                    return alone
            elif adds_up:
                readings = (self._own_or_so_far(part, wanted) for part in alternative)
                pieces = [reading for reading in readings if reading.quantities]
                if pieces:
                    return self._joined(pieces, wanted)
        return Reading()

    def _own_or_so_far(self, period: Period, wanted: Wanted) -> Reading:
        own = self.own(period, wanted)
        return own if own.is_in else self.so_far(period, wanted)

    def _joined(self, pieces: Sequence[Reading], wanted: Wanted) -> Reading:
        quantities = {
            code: together(self._tables.elements[code].kind, [piece.quantities[code] for piece in pieces])
            for code in sorted(wanted.elements)
        }
        return Reading(quantities=quantities, used=tuple(report for piece in pieces for report in piece.used))

    def _is_known(self, quantity: Quantity, report: Used, wanted: Wanted) -> bool:
        if not wanted.monthly:
            return quantity.total is not None
        alive = self.months_alive(report.period, self._tables.forms[report.row].cut_off)
        return all(part in quantity.by_month for part in alive)

    def _quantity(self, report: Used, element: Element) -> Quantity:
        sheet = self._tables.figures.sheet(report.row, report.version)
        if sheet is None:
            return Quantity()
        if sheet.states(element.code):
            return self._stated(sheet, report, element)
        if not sheet.nil:
            return Quantity()
        if element.kind in {ElementKind.FLOW, ElementKind.DISTINCT}:
            return Quantity(0, dict.fromkeys(months(report.period), 0))
        last = self._last_before(report.period, element)
        # Nothing happened since the year began; of a stock, that leaves open how large it is.
        return Quantity(0 if last is None and element.kind is ElementKind.CUMULATIVE else last)

    def _stated(self, sheet: Sheet, report: Used, element: Element) -> Quantity:
        by_month = dict(sheet.by_month.get(element.code, {}))
        total = sheet.totals.get(element.code)
        if total is not None:
            whole = {report.period: total} if report.period in months(report.period) else {}
            return Quantity(total, by_month or whole)
        alive = self.months_alive(report.period, self._tables.forms[report.row].cut_off)
        if not all(part in by_month for part in alive):
            return Quantity(None, by_month)
        in_order = [by_month[part] for part in sorted(by_month, key=lambda part: part.key)]
        return Quantity(total_over_time(element.kind, in_order), by_month)

    def _last_before(self, period: Period, element: Element) -> int | None:
        """Return the last figure stated for another period that ends no later: it still holds after a nil report."""
        earlier = [other for other in self._rows if other != period and _may_precede(other, period, element)]
        for other in sorted(earlier, key=lambda other: (ends_at(other, CutOff.CALENDAR), len(months(other))), reverse=True):
            for row in self.rows(other, frozenset((element.code,))):
                total = self._stated_total(Used(row, self.version(row), other), element)
                if total is not None:
                    return total
        return None

    def _stated_total(self, report: Used, element: Element) -> int | None:
        sheet = self._tables.figures.sheet(report.row, report.version)
        if sheet is None or not sheet.states(element.code):
            return None
        return self._stated(sheet, report, element).total

    def _period(self, row: int) -> Period:
        return self._tables.periods[int(self._evidence.columns.period[row])]


def _starts_at(period: Period, cut_off: CutOff) -> int:
    days = period.days(cut_off) or period.days(CutOff.CALENDAR)
    return LONG_AGO if days is None else to_micros(start_of(days.starts_on))


def _may_precede(other: Period, period: Period, element: Element) -> bool:
    if other.last_month is None or period.last_month is None or other.last_month.key > period.last_month.key:
        return False
    # A figure that starts anew with the year says nothing about another year.
    starts_anew = element.kind is ElementKind.CUMULATIVE and element.since == "year"
    return not starts_anew or other.last_month.year == period.last_month.year
