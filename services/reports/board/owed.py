"""What is owed: the book of obligations, and what its numbers stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from contracts.plan import Requirement
from kernel.calendar.period import Period, parse_period
from kernel.clock import from_micros, legal_day
from kernel.ids import obligation_id
from services.reports.domain.obligation import OPENED_BY_HAND
from services.reports.evaluation.book import Book
from services.reports.evaluation.columns import Duty, Indices, Mask
from services.reports.evaluation.history import NEVER, Fact, FactKind
from services.reports.evaluation.series import Series
from services.reports.store.obligations import to_fact

ReminderOf = Callable[[UUID, str], int]
"""Returns how long before its due instant an obligation is due soon, in microseconds, by plan and rule."""


@dataclass(frozen=True, slots=True)
class Row:
    """What an obligation is, beside its columns."""

    id: UUID
    plan_id: UUID
    rule: str
    unit_id: UUID
    period: str
    title: str


@dataclass(frozen=True, slots=True)
class _SeriesKey:
    """What tells a series from another. The period is that of one opened by hand, and None for all others."""

    plan_id: UUID
    rule: str
    requirement: str
    opened_at: int
    opened_recorded_at: int
    period: Period | None
    title: str


class Owed:
    """All obligations by number, and the names behind the numbers."""

    def __init__(self) -> None:
        self.book = Book()
        self.units: list[UUID] = []
        """By number. Tips may come from a unit before plans tells of it: not each of these is in the tree yet."""
        self.slots: list[str] = []
        """By number: the key of a period, or a year's requests (`ad_hoc:2025`) or flash reports, which share one."""
        self._series: list[_SeriesKey] = []
        self._numbers: dict[object, int] = {}
        """Of units, slots, rules and series."""
        self._periods: dict[int, Period] = {}
        self._duty_of: dict[UUID, Duty] = {}
        self._rules: list[tuple[UUID, str]] = []

    def number_of(self, unit_id: UUID) -> int:
        """Return the number of a unit in the columns; it gets one if it has none."""
        return self._number(unit_id, self.units)

    def take_in(self, states: Iterable[Any], history: Iterable[Any], reminder_of: ReminderOf) -> None:
        """Enter what changed: rows of obligations, and of what happened to them in the order of writing."""
        told: dict[UUID, list[Fact]] = defaultdict(list)
        for row in history:
            told[row.obligation_id].append(to_fact(row))
        new = [row for row in states if row.id not in self._duty_of]
        self._open(new, {row.id: told[row.id].pop(0) for row in new}, reminder_of)
        for one, facts in told.items():
            if facts:
                self.book.record(self.row_of(one), facts)

    def row_of(self, obligation: UUID) -> int:
        """Return the number of an obligation's row, until others are opened."""
        return self.book.columns.row(self._duty_of[obligation])

    def duty_of(self, obligation: UUID) -> Duty:
        """Return which one an obligation is in the book."""
        return self._duty_of[obligation]

    def row(self, number: int) -> Row:
        """Return what the obligation of a row is."""
        duty = self.book.columns.duty(number)
        series, unit_id, period = self._series[duty.series], self.units[duty.unit], self.period(number).key
        of = obligation_id(series.plan_id, series.rule, unit_id, period)
        return Row(of, series.plan_id, series.rule, unit_id, period, series.title)

    def period(self, number: int) -> Period:
        """Return for which period the obligation of a row is."""
        series = self._series[int(self.book.columns.series[number])]
        return series.period or self._periods[int(self.book.columns.slot[number])]

    def rule(self, number: int) -> str:
        """Return under which rule of its plan the obligation of a row is owed."""
        return self._series[int(self.book.columns.series[number])].rule

    def rules_of(self, plan_id: UUID | None) -> Mask:
        """Return which rules, by number, are those of a plan, or of any."""
        return np.array([plan_id in (None, one) for one, _ in self._rules], np.bool_)

    def rows_of(self, plan_id: UUID) -> Indices:
        """Return the rows of a plan, by rule, then in the order of the book."""
        codes = sorted({series.rule for series in self._series if series.plan_id == plan_id})
        ranks = {code: rank for rank, code in enumerate(codes)}
        rank = np.array([ranks[one.rule] if one.plan_id == plan_id else -1 for one in self._series], np.int32)
        rows = np.flatnonzero(rank[self.book.columns.series] >= 0) if len(rank) else np.empty(0, np.int64)
        return rows[np.argsort(rank[self.book.columns.series[rows]], kind="stable")].astype(np.int32)

    def _open(self, states: Sequence[Any], opened: dict[UUID, Fact], reminder_of: ReminderOf) -> None:
        if not states:
            return
        duties = [self._duty(row, opened[row.id], reminder_of) for row in states]
        unit, slot, series = (np.array(column) for column in zip(*duties, strict=True))
        due = [opened[row.id].due_at for row in states]
        instants = np.array([NEVER if one is None else one for one in due], np.int64)
        self.book.open(unit.astype(np.int32), slot.astype(np.uint16), series.astype(np.int32), instants)
        self._duty_of |= {row.id: duty for row, duty in zip(states, duties, strict=True)}

    def _duty(self, row: Any, opened: Fact, reminder_of: ReminderOf) -> Duty:
        assert opened.kind is FactKind.OPENED  # noqa: S101 - every history begins so
        period = parse_period(row.period)
        by_hand = period.frequency in OPENED_BY_HAND
        key = _SeriesKey(
            row.plan_id,
            row.rule,
            row.requirement,
            opened.occurred_at,
            opened.recorded_at,
            period if by_hand else None,
            row.title,
        )
        year = legal_day(from_micros(opened.occurred_at)).year
        slot = self._number(f"{period.frequency}:{year}" if by_hand else period.key, self.slots)
        if not by_hand:
            self._periods.setdefault(slot, period)
        series = self._number(key, self._series)
        if series == len(self.book.series):
            self.book.series.add(
                Series(
                    rule=self._number((row.plan_id, row.rule), self._rules),
                    reminder=reminder_of(row.plan_id, row.rule),
                    requested=row.requirement == Requirement.REQUESTED,
                    opened_at=opened.occurred_at,
                    opened_recorded_at=opened.recorded_at,
                )
            )
        return Duty(self.number_of(row.unit_id), slot, series)

    def _number(self, what: Any, names: list[Any]) -> int:
        number = self._numbers.setdefault(what, len(names))
        if number == len(names):
            names.append(what)
        return number
