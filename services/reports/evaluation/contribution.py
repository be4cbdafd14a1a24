"""Say what each unit adds to an indicator, and whether it must: the sum of these is the indicator of a subtree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kernel.calendar.period import CutOff, Period, months
from kernel.clock import end_of, to_micros
from services.reports.evaluation.figures import Quantity
from services.reports.evaluation.history import NEVER
from services.reports.evaluation.measures import Frequency, Indicator, Milestone, UnitsMeeting, elements_of
from services.reports.evaluation.reading import Evidence, Reading, UnitReports, Used, Wanted, ends_at


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


def contributions(asked: Asked, reports: Iterable[UnitReports], evidence: Evidence) -> tuple[Contribution, ...]:
    """Return what the units add, without those on which the indicator does not bear."""
    of_unit = {unit_reports.unit: unit_reports for unit_reports in reports}
    match asked.indicator.measure:
        case UnitsMeeting() as measure:
            return tuple(
                _of_meeting(measure, asked, unit_reports, evidence)
                for unit, unit_reports in of_unit.items()
                if unit in measure.population
            )
        case Milestone() as measure:
            found = (_of_milestone(measure, asked, unit_reports, evidence) for unit_reports in of_unit.values())
        case Frequency() as measure:
            found = (_of_frequency(measure, asked, unit_reports, evidence) for unit_reports in of_unit.values())
        case measure:
            elements = elements_of(measure)
            found = (_of_sum(elements, asked, unit_reports, evidence) for unit_reports in of_unit.values())
    return tuple(contribution for contribution in found if contribution is not None)
