"""Say what each unit adds to an indicator, and whether it must: the sum of these is the indicator of a subtree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kernel.calendar.period import CutOff, Period, months
from kernel.clock import end_of, to_micros
from services.reports.evaluation.evidence import UnitReports, Used, ends_at
from services.reports.evaluation.figures import Quantity
from services.reports.evaluation.history import NEVER
from services.reports.evaluation.measures import Frequency, Indicator, Milestone, Source, UnitsMeeting, elements_of
from services.reports.evaluation.reading import Wanted, read_own, read_so_far


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one unit adds to an indicator over a period."""

    unit: int
    rows: tuple[int, ...]
    """Its obligations for that very period that bear on the indicator."""
    expected: bool
    complete: bool
    """Its report is in with all the elements, or what is asked for can no longer change."""
    due_passed: bool
    """No report that is expected of it still has time."""
    provisional: bool = False
    """The figures are those of shorter periods."""
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    """By element: all that are wanted of it, or none."""
    used: tuple[Used, ...] = ()
    """The reports that the figures are from."""
    meets: bool | None = None
    """Whether a unit that is judged by itself keeps the promise so far; None if unknown, or if only sums are judged."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An indicator over a period."""

    indicator: Indicator
    period: Period
    cut_off: CutOff = CutOff.DECREE_09
    """By which the period ends for those whom no rule gives an end."""
    plans_issued: frozenset[int] = frozenset()
    """Units that have issued a plan of their own, as known at the instant of the question."""


def contributions(asked: Asked, reports: Iterable[UnitReports]) -> tuple[Contribution, ...]:
    """Return what the units add, without those on which the indicator does not bear.

    Nobody adds to what is looked up in released statistics.
    """
    if asked.indicator.source is Source.REFERRALS:
        return ()
    measure = asked.indicator.measure
    found: Iterable[Contribution | None]
    match measure:
        case UnitsMeeting():
            found = [_of_meeting(measure, asked, of_unit) for of_unit in reports]
        case Milestone():
            found = [_of_milestone(measure, asked, of_unit) for of_unit in reports]
        case Frequency():
            found = [_of_frequency(measure, asked, of_unit) for of_unit in reports]
        case _:
            found = [_of_sum(elements_of(measure), asked, of_unit) for of_unit in reports]
    return tuple(contribution for contribution in found if contribution is not None)


def _read(reports: UnitReports, period: Period, wanted: Wanted) -> Contribution:
    evidence = reports.evidence
    rows = reports.rows(period, wanted.codes)
    awaited = [row for row in rows if reports.is_awaited(row, period)]
    own = read_own(reports, period, wanted)
    # Shorter periods speak only where a report must come: nobody waits for the others.
    reading = read_so_far(reports, period, wanted) if awaited and not own.is_in else own
    dues = [reports.standing(row).due_at for row in awaited]
    return Contribution(
        unit=reports.unit,
        rows=tuple(rows),
        expected=bool(awaited),
        complete=bool(own.quantities),
        due_passed=all(due is None or evidence.t >= due for due in dues),
        provisional=bool(reading.quantities) and reading is not own,
        quantities=reading.quantities,
        used=reading.used,
    )


def _wanted(reports: UnitReports, codes: frozenset[str], *, monthly: bool = False) -> Wanted:
    elements = reports.evidence.tables.elements
    return Wanted({code: elements[code] for code in sorted(codes)}, monthly)


def _of_sum(codes: frozenset[str], asked: Asked, reports: UnitReports) -> Contribution | None:
    # Whoever counts only the numerator gives that, and whoever counts the denominator gives the other.
    asked_of_it = codes & reports.elements(asked.period)
    return _read(reports, asked.period, _wanted(reports, asked_of_it)) if asked_of_it else None


def _of_frequency(measure: Frequency, asked: Asked, reports: UnitReports) -> Contribution | None:
    if measure.element not in reports.elements(asked.period):
        return None
    read = _read(reports, asked.period, _wanted(reports, frozenset((measure.element,)), monthly=True))
    if not read.quantities or measure.target is None:
        return read
    evidence = reports.evidence
    cut_off = evidence.tables.form(read.rows[0]).cut_off
    elapsed = [part for part in reports.months_alive(asked.period, cut_off) if ends_at(part, cut_off) <= evidence.t]
    by_month = read.quantities[measure.element].by_month
    return replace(read, meets=all(measure.target.reached_by(by_month[part]) for part in elapsed if part in by_month))


def _of_milestone(measure: Milestone, asked: Asked, reports: UnitReports) -> Contribution | None:
    wanted = _wanted(reports, frozenset((measure.element,)))
    deadline = to_micros(end_of(measure.done_by))
    read = _read(reports, asked.period, wanted)
    within = [period for period in reports.periods if set(months(period)) <= set(months(asked.period))]
    for shown in (read_own(reports, period, wanted) for period in within):
        receipts = [reports.standing(report.row).first_receipt_at or NEVER for report in shown.used]
        is_done = any((quantity.total or 0) >= 1 for quantity in shown.quantities.values())
        if is_done and max(receipts) < deadline:
            return replace(
                read, complete=True, meets=True, provisional=False, quantities=shown.quantities, used=shown.used
            )
    if not read.rows:
        return None
    # A report without it settles nothing while there is time to do it.
    is_over = reports.evidence.t >= deadline
    return replace(read, complete=read.complete and is_over, meets=False if read.quantities else None)


def _of_meeting(measure: UnitsMeeting, asked: Asked, reports: UnitReports) -> Contribution | None:
    if reports.unit not in measure.population:
        return None
    is_over = reports.evidence.t >= ends_at(asked.period, asked.cut_off)
    has_plan = reports.unit in asked.plans_issued or not measure.asks_for_plan
    # A plan may still be issued until the period ends.
    is_settled = has_plan or is_over
    codes = elements_of(measure)
    if not codes:
        return Contribution(reports.unit, (), expected=True, complete=is_settled, due_passed=is_over, meets=has_plan)
    read = _read(reports, asked.period, _wanted(reports, codes))
    if not read.rows:
        # Nobody asked the unit for a report, yet the promise is about it too: it stays missing.
        return replace(read, expected=True, due_passed=is_over)
    return replace(
        read,
        complete=read.complete and is_settled,
        due_passed=read.due_passed and is_settled,
        meets=has_plan and _holds(measure, read.quantities) if read.quantities else None,
    )


def _holds(measure: UnitsMeeting, quantities: Mapping[str, Quantity]) -> bool:
    return all(
        (quantities[condition.element].total or 0) >= condition.at_least
        for condition in measure.conditions
        if condition.element is not None
    )
