"""Read what a unit's reports say about a period: its own report, or until that is in the shorter ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kernel.calendar.period import Period, parts
from services.reports.evaluation.evidence import UnitReports, Used
from services.reports.evaluation.figures import Element, ElementKind, Quantity, together


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in the reports of a unit: all of it together, or nothing."""

    elements: Mapping[str, Element]
    """By code; at least one."""
    monthly: bool = False
    """The entries for single months are wanted, not a total."""

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the elements."""
        return frozenset(self.elements)

    @property
    def adds_up(self) -> bool:
        """Whether reports of shorter periods add up to this; persons reached in four quarters do not."""
        return self.monthly or all(element.kind is not ElementKind.DISTINCT for element in self.elements.values())


@dataclass(frozen=True, slots=True)
class Reading:
    """What reports say about a period."""

    is_in: bool = False
    """Whether the period's own report speaks for it, even if only in part; then no shorter one does."""
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    """By element: all that are wanted, or none, for n and d go together."""
    used: tuple[Used, ...] = ()
    """The reports that the quantities are from."""


def read_own(reports: UnitReports, period: Period, wanted: Wanted) -> Reading:
    """Read the period's own report.

    Where a unit owes several for one period they are read as one, so that nothing counts twice:
    the first that has a figure gives it.
    """
    used = reports.in_use(period, wanted.codes)
    known: dict[str, Quantity] = {}
    for report in used:
        for code, element in wanted.elements.items():
            quantity = reports.quantity(report, element)
            is_known = reports.has_all_months(quantity, report) if wanted.monthly else quantity.total is not None
            if is_known and code not in known and reports.counts_for(report, code):
                known[code] = quantity
    if known.keys() == wanted.codes:
        return Reading(True, known, used)
    rows = reports.rows(period, wanted.codes)
    return Reading(is_in=bool(rows) and len(used) == len(rows))


def read_so_far(reports: UnitReports, period: Period, wanted: Wanted) -> Reading:
    """Read the shorter periods that stand for one whose own report is not in: provisional figures."""
    for alternative in parts(period):
        if len(alternative) == 1:
            alone = read_own(reports, alternative[0], wanted)
            if alone.is_in:
                return alone
        elif wanted.adds_up:
            readings = (_read_own_or_so_far(reports, part, wanted) for part in alternative)
            pieces = [reading for reading in readings if reading.quantities]
            if pieces:
                return _joined(pieces, wanted)
    return Reading()


def _read_own_or_so_far(reports: UnitReports, period: Period, wanted: Wanted) -> Reading:
    own = read_own(reports, period, wanted)
    return own if own.is_in else read_so_far(reports, period, wanted)


def _joined(pieces: Sequence[Reading], wanted: Wanted) -> Reading:
    quantities = {
        code: together(element.kind, [piece.quantities[code] for piece in pieces])
        for code, element in wanted.elements.items()
    }
    return Reading(quantities=quantities, used=tuple(report for piece in pieces for report in piece.used))
