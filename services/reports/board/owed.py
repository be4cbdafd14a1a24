"""What is owed: the book of obligations, and what its numbers stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt

from kernel.calendar.period import Period, parse_period
from kernel.clock import legal_day, to_micros
from kernel.ids import obligation_id
from services.reports.board.feed import Delta, Known
from services.reports.evaluation.book import Book, States
from services.reports.evaluation.columns import Duty, Indices, Mask
from services.reports.evaluation.history import NO_FACTS, Facts, Instants, in_columns
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


class Slot(NamedTuple):
    """Where obligations are counted together: those for one period, or a year's requests or flash reports."""

    key: str
    """Of the period, or `ad_hoc:2025` or `flash:2025`."""
    year: int | None
    """In which all of it lies; None for a programme of several years."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a series is, beside its numbers."""

    plan_id: UUID
    rule: str
    period: Period | None
    """Of one opened by hand; a series goes over all periods of its rule otherwise."""
    year: int
    """In which it was opened."""
    slot: int | None
    """Where a year's requests, or its flash reports, are counted together."""
    title: str


class Owed:
    """All obligations by number, and the names behind the numbers."""

    def __init__(self) -> None:
        self.book = Book()
        self.units: list[UUID] = []
        """By number. Some have no number in the database: tips and populations name units that owe nothing."""
        self.slots: list[Slot] = []
        """By number."""
        self._numbers: dict[UUID | Slot, int] = {}
        """Of units and slots."""
        self._opened: list[_Opened] = []
        """By series."""
        self._periods: list[Period] = []
        """By their number in the database."""
        self._period_of: dict[int, Period] = {}
        """By slot, but for those that are shared."""
        self._unit_of: list[int] = []
        """The number of a unit here by its number in the database."""

    @property
    def known(self) -> Known:
        """How many of the database's numbers are known."""
        return Known(len(self._unit_of), len(self._periods), len(self._opened))

    def number_of(self, unit_id: UUID) -> int:
        """Return the number of a unit in the columns; it gets one if it has none."""
        return self._number(unit_id, self.units)

    def take_in(self, delta: Delta, reminder_of: ReminderOf) -> None:
        """Enter what changed."""
        self._unit_of += [self.number_of(row.unit_id) for row in delta.units]
        self._periods += [parse_period(row.key) for row in delta.periods]
        for row in delta.series:
            self._begin(row, reminder_of)
        if delta.states:
            self.book.take(self._states(delta.states), *_histories(delta.histories))

    def duty(self, row: Any) -> Duty:
        """Return which one an obligation of the database is here."""
        return Duty(self._unit_of[row.unit_no], self._slot(row.period_no, row.series_no), row.series_no)

    def row(self, number: int) -> Row:
        """Return what the obligation of a row is."""
        duty = self.book.columns.duty(number)
        opened, unit_id, period = self._opened[duty.series], self.units[duty.unit], self.period(number).key
        of = obligation_id(opened.plan_id, opened.rule, unit_id, period)
        return Row(of, opened.plan_id, opened.rule, unit_id, period, opened.title)

    def period(self, number: int) -> Period:
        """Return for which period the obligation of a row is."""
        columns = self.book.columns
        return self._opened[int(columns.series[number])].period or self._period_of[int(columns.slot[number])]

    def rule(self, number: int) -> str:
        """Return under which rule of its plan the obligation of a row is owed."""
        return self._opened[int(self.book.columns.series[number])].rule

    def series_of(self, plan_id: UUID | None, takes: Callable[[str, int | None], bool]) -> Mask:
        """Return which series are those of a plan, or of any, but for requests that are not taken.

        `takes` says by key and year whether a period is: so single requests may be asked for, though they share a slot.
        """
        return np.array([plan_id in (None, one.plan_id) and _taken(one, takes) for one in self._opened], np.bool_)

    def slots_of(self, takes: Callable[[str, int | None], bool]) -> list[int]:
        """Return the slots of the periods that are taken, and those that are shared."""
        shared = {one.slot for one in self._opened}
        return [number for number, slot in enumerate(self.slots) if number in shared or takes(*slot)]

    def rows_of(self, plan_id: UUID) -> Indices:
        """Return the rows of a plan, by rule, then in the order of the book."""
        codes = sorted({series.rule for series in self._opened if series.plan_id == plan_id})
        ranks = {code: rank for rank, code in enumerate(codes)}
        rank = np.array([ranks[one.rule] if one.plan_id == plan_id else -1 for one in self._opened], np.int32)
        rows = np.flatnonzero(rank[self.book.columns.series] >= 0) if len(rank) else np.empty(0, np.int64)
        return rows[np.argsort(rank[self.book.columns.series[rows]], kind="stable")].astype(np.int32)

    def _begin(self, row: Any, reminder_of: ReminderOf) -> None:
        """Enter a series: its number here is that of the database."""
        period = parse_period(row.period) if row.period else None
        year, slot = legal_day(row.opened_at).year, None
        if period is not None:
            slot = self._number(Slot(f"{period.frequency}:{year}", year), self.slots)
        self._opened.append(_Opened(row.plan_id, row.rule, period, year, slot, row.title))
        self.book.series.add(
            Series(
                reminder=reminder_of(row.plan_id, row.rule),
                opened_at=to_micros(row.opened_at),
                opened_recorded_at=to_micros(row.opened_recorded_at),
            )
        )

    def _states(self, rows: Sequence[Any]) -> States:
        def column(name: str, dtype: type[np.generic] = np.int64) -> npt.NDArray[Any]:
            return np.array([getattr(row, name) for row in rows], dtype)

        return States(
            unit=np.array(self._unit_of, np.int32)[column("unit_no")],
            slot=np.array([self._slot(row.period_no, row.series_no) for row in rows], np.uint16),
            series=column("series_no", np.int32),
            due=column("due"),
            first_receipt=column("first_receipt_at"),
            first_recorded=column("first_recorded_at"),
            accepted=column("accepted_at"),
            correction_due=column("correction_due_at"),
            flags=column("flags", np.uint8),
        )

    def _slot(self, period_no: int, series_no: int) -> int:
        shared = self._opened[series_no].slot
        if shared is not None:
            return shared
        period = self._periods[period_no]
        first, last = period.first_month, period.last_month
        year = first.year if first and last and first.year == last.year else None
        slot = self._number(Slot(period.key, year), self.slots)
        self._period_of.setdefault(slot, period)
        return slot

    def _number(self, what: Any, names: list[Any]) -> int:
        number = self._numbers.setdefault(what, len(names))
        if number == len(names):
            names.append(what)
        return number


def _taken(opened: _Opened, takes: Callable[[str, int | None], bool]) -> bool:
    return opened.period is None or takes(opened.period.key, opened.year)


def _histories(rows: Sequence[Any]) -> tuple[Facts, Instants]:
    """Return facts in columns, and how many of them belong to each obligation."""
    if not rows:
        return NO_FACTS, np.empty(0, np.int64)
    sizes = list(Counter(row.obligation_id for row in rows).values())
    return in_columns([to_fact(row) for row in rows]), np.array(sizes, np.int64)
