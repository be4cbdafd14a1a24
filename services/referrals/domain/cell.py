"""Which persons a total is about: those of a group, in the subtree of a unit, over a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from contracts.events.referrals import Group
from kernel.calendar.period import CutOff, DaySpan, parse_period
from kernel.ids import UnitId
from kernel.units import Unit, UnitTree
from services.referrals.domain.refusals import PeriodRunning, PeriodUnfit, UnitUnknown


@dataclass(frozen=True)
class Cell:
    """One total: a root unit, a group and a period."""

    root_id: UnitId
    group: Group
    period: str
    """Key of the period (`2025`, `2025-H1`)."""
    span: DaySpan
    tree: UnitTree
    tree_on: date
    """The day whose tree says which units stand below the root: the period's last, or the root's if that came first."""

    def covers(self, unit_id: UnitId) -> bool:
        """Tell whether the persons of a unit are counted: whoever bears its duties on the day of the tree lies below.

        So one person belongs to one unit, also when units merge within the period.
        """
        bearer = self.tree.bearer(unit_id, self.tree_on)
        return bearer is not None and self.tree.is_within(bearer, self.root_id, self.tree_on)


def cell_of(tree: UnitTree, code: str, group: Group, period: str) -> Cell:
    """Return the cell that a caller names. The code is read on the last day of the period on which a unit has it.

    Raises:
        UnreadablePeriod: The text names no period.
        PeriodUnfit: The period has no days of its own.
        UnitUnknown: No unit has the code in the period.
    """
    parsed = parse_period(period)
    # The cut-off of periodic reports, in which the figures of plans are given (NĐ 09/2019/NĐ-CP, art. 12).
    span = parsed.days(CutOff.DECREE_09)
    if span is None:
        raise PeriodUnfit(period=parsed.key)
    root = _last_with(tree, code, span)
    if root is None:
        raise UnitUnknown(unit=code, day=(span.until - timedelta(days=1)).isoformat())
    end = span.until if root.valid_until is None else min(span.until, root.valid_until)
    return Cell(root.id, group, parsed.key, span, tree, end - timedelta(days=1))


def ensure_over(cell: Cell, today: date) -> None:
    """Make sure that a cell's period has ended.

    Raises:
        PeriodRunning: It has not.
    """
    if today < cell.span.until:
        raise PeriodRunning(period=cell.period, until=cell.span.until.isoformat())


def _last_with(tree: UnitTree, code: str, span: DaySpan) -> Unit | None:
    in_period = (
        unit
        for unit in tree
        if unit.code == code
        and unit.valid_from < span.until
        and (unit.valid_until is None or unit.valid_until > span.starts_on)
    )
    return max(in_period, key=lambda unit: unit.valid_from, default=None)
