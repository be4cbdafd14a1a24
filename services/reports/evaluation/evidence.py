"""Show the reports of one unit as they stood at an instant, and what each of them says of an element."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kernel.calendar.period import CutOff, DaySpan, Period, months
from kernel.clock import start_of, to_micros
from services.reports.evaluation.book import Book
from services.reports.evaluation.figures import Element, ElementKind, Figures, Quantity, Sheet, total_over_time
from services.reports.evaluation.history import LONG_AGO, NEVER, Standing

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

    period: Callable[[int], Period]
    """For which period the obligation of a row is."""
    form: Callable[[int], Form]
    """What its report counts for."""
    elements: Mapping[str, Element]
    """By code."""
    figures: Figures
    lifetimes: Mapping[int, Lifetime] = field(default_factory=dict)
    """By unit; one that is not here exists always."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of an instant."""

    t: int
    """The instant asked about, in microseconds UTC."""
    basis: Basis
    book: Book
    known_at: int
    """Nothing that was recorded later is seen."""
    tables: Tables

    def standing(self, row: int) -> Standing:
        """Return how an obligation stood."""
        return self.book.standing(row, self.t, self.known_at)


@dataclass(frozen=True, slots=True)
class Used:
    """One version of one report of which figures are used."""

    row: int
    version: int
    period: Period


def ends_at(period: Period, cut_off: CutOff) -> int:
    """Return the exclusive end of a period in microseconds UTC; NEVER for ad hoc and flash reports."""
    days = _days(period, cut_off)
    return NEVER if days is None else to_micros(start_of(days.until))


def starts_at(period: Period, cut_off: CutOff) -> int:
    """Return the beginning of a period in microseconds UTC; LONG_AGO for ad hoc and flash reports."""
    days = _days(period, cut_off)
    return LONG_AGO if days is None else to_micros(start_of(days.starts_on))


def _days(period: Period, cut_off: CutOff) -> DaySpan | None:
    # Without a cut-off a period is taken by the calendar: it ends all the same.
    return period.days(cut_off) or period.days(CutOff.CALENDAR)


class UnitReports:
    """The reports of one unit as they stand at an instant."""

    def __init__(self, unit: int, rows: Iterable[int], evidence: Evidence) -> None:
        self.unit = unit
        self.evidence = evidence
        self._tables = evidence.tables
        self._standings = {row: found for row in rows if (found := evidence.standing(row)).exists}
        self._rows: dict[Period, list[int]] = {}
        for row in self._standings:
            self._rows.setdefault(evidence.tables.period(row), []).append(row)

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods for which it owes a report, or was asked for one."""
        return tuple(self._rows)

    def rows(self, period: Period, elements: frozenset[str]) -> list[int]:
        """Return the obligations of a period whose reports count for some of the elements."""
        return [row for row in self._rows.get(period, ()) if self._tables.form(row).elements & elements]

    def elements(self, period: Period) -> frozenset[str]:
        """Return the elements that its reports of a period count for."""
        return frozenset[str]().union(*(self._tables.form(row).elements for row in self._rows.get(period, ())))

    def counts_for(self, report: Used, element: str) -> bool:
        """Say whether a report collects an element for which its reporter is authoritative."""
        return element in self._tables.form(report.row).elements

    def in_use(self, period: Period, elements: frozenset[str]) -> tuple[Used, ...]:
        """Return the versions that are read for a period; a report that is not in has none."""
        rows = self.rows(period, elements)
        return tuple(Used(row, version, period) for row in rows if (version := self._version(row)) is not None)

    def is_awaited(self, row: int, period: Period) -> bool:
        """Say whether a report must come: dated ones always, undated ones from the period's end, requested ones never.

        An excused one is not waited for, but counts once it is in.
        """
        standing = self._standings[row]
        if self.evidence.book.is_requested(row) or (standing.excused and self._version(row) is None):
            return False
        return standing.due_at is not None or self.evidence.t >= ends_at(period, self._tables.form(row).cut_off)

    def standing(self, row: int) -> Standing:
        """Return how one of its obligations stands."""
        return self._standings[row]

    def months_alive(self, period: Period, cut_off: CutOff) -> tuple[Period, ...]:
        """Return the months of a period through all of which the unit exists."""
        begins, ends = self._tables.lifetimes.get(self.unit, (LONG_AGO, NEVER))
        return tuple(
            part for part in months(period) if begins <= starts_at(part, cut_off) and ends_at(part, cut_off) <= ends
        )

    def quantity(self, report: Used, element: Element) -> Quantity:
        """Return what a report says of an element: its figure, or what a nil report means for it, or nothing."""
        sheet = self._sheet(report)
        if sheet is None:
            return Quantity()
        if sheet.states(element.code):
            return self._stated(sheet, report, element)
        if not sheet.nil:
            return Quantity()
        if element.kind in {ElementKind.FLOW, ElementKind.DISTINCT}:
            return Quantity(0, dict.fromkeys(months(report.period), 0))
        last = self._last_before(report.period, element)
        # Nothing since the year began is a cumulative 0; of a stock it leaves open how large it is.
        return Quantity(0 if last is None and element.kind is ElementKind.CUMULATIVE else last)

    def has_all_months(self, quantity: Quantity, report: Used) -> bool:
        """Say whether a figure is known for each month of the report's period in which the unit exists."""
        alive = self.months_alive(report.period, self._tables.form(report.row).cut_off)
        return all(part in quantity.by_month for part in alive)

    def _version(self, row: int) -> int | None:
        standing = self._standings[row]
        return standing.accepted_version if self.evidence.basis is Basis.ACCEPTED else standing.live_version

    def _sheet(self, report: Used) -> Sheet | None:
        return self._tables.figures.sheet(self.evidence.book.columns.duty(report.row), report.version)

    def _stated(self, sheet: Sheet, report: Used, element: Element) -> Quantity:
        by_month = sheet.by_month.get(element.code, {})
        total = sheet.totals.get(element.code)
        if total is not None:
            whole = {report.period: total} if report.period in months(report.period) else {}
            return Quantity(total, by_month or whole)
        if not self.has_all_months(Quantity(None, by_month), report):
            return Quantity(None, by_month)
        in_order = [by_month[part] for part in sorted(by_month, key=lambda part: part.key)]
        return Quantity(total_over_time(element.kind, in_order), by_month)

    def _last_before(self, period: Period, element: Element) -> int | None:
        """Return the last figure stated for another period that ends no later: it still holds after a nil report."""
        earlier = [other for other in self._rows if other != period and may_precede(other, period, element)]
        for other in sorted(earlier, key=age, reverse=True):
            for report in self.in_use(other, frozenset((element.code,))):
                sheet = self._sheet(report)
                if sheet is not None and sheet.states(element.code):
                    total = self._stated(sheet, report, element).total
                    if total is not None:
                        return total
        return None


def age(period: Period) -> tuple[int, int]:
    """Order periods by their end, and of those that end together the longer one last."""
    return ends_at(period, CutOff.CALENDAR), len(months(period))


def may_precede(other: Period, period: Period, element: Element) -> bool:
    """Say whether a figure stated for another period can still hold after a period in which nothing happened."""
    if other.last_month is None or period.last_month is None or other.last_month.key > period.last_month.key:
        return False
    # A figure that starts anew with the year says nothing about another year.
    starts_anew = element.kind is ElementKind.CUMULATIVE and element.since == "year"
    return not starts_anew or other.last_month.year == period.last_month.year


def reports_of(units: Iterable[int], rows: Iterable[int], evidence: Evidence) -> tuple[UnitReports, ...]:
    """Return the reports of each unit, among the obligations in `rows` (those of one plan); some may have none."""
    of_unit: dict[int, list[int]] = {unit: [] for unit in units}
    for row in rows:
        unit = evidence.book.columns.unit(row)
        if unit in of_unit:
            of_unit[unit].append(row)
    return tuple(UnitReports(unit, found, evidence) for unit, found in of_unit.items())
