"""What is owed: the book of obligations, and what its numbers stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import numpy as np

from kernel.calendar.period import Period, parse_period
from kernel.clock import from_micros, legal_day
from kernel.ids import obligation_id
from runtime.database.columns import Columns
from services.reports.domain.obligation import OPENED_BY_HAND
from services.reports.evaluation.book import Book, States
from services.reports.evaluation.columns import Duty, Indices, Mask
from services.reports.evaluation.entering import SHARED, give_numbers
from services.reports.evaluation.history import NO_FACTS, FactKind, Facts, Instants
from services.reports.evaluation.series import Series
from services.reports.store import columns as store
from services.reports.store.columns import Bulk

_IDS = msgspec.msgpack.Encoder(uuid_format="bytes")
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


class _Opened(NamedTuple):
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
        self._known: dict[UUID | Slot, int] | None = None
        """What `_numbers` gives, once somebody has asked."""
        self._opened: list[_Opened] = []
        """By series."""
        self._series_of: dict[UUID, list[int]] = defaultdict(list)
        """The series of each plan."""
        self._by_hand: list[int] = []
        """The series that were opened by hand."""
        self._shared: set[int] = set()
        """The slots that such series are counted in."""
        self._slot_of = np.empty(0, np.int32)
        """The slot of a period by its number in the database; SHARED for a request or a flash report."""
        self._period_of: dict[int, Period] = {}
        """By slot, but for those that are shared."""
        self._unit_of = np.empty(0, np.int32)
        """The number of a unit here by its number in the database."""
        self._slot_of_series = np.empty(0, np.int32)
        """The slot in which all of a series is counted; SHARED for one that goes over the periods of its rule."""

    def __getstate__(self) -> dict[str, Any]:
        # Tens of thousands of ids: read so ten times as fast as one by one.
        return vars(self) | {"units": _IDS.encode(self.units), "_known": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state | {"units": msgspec.msgpack.decode(state["units"], type=list[UUID])}

    @property
    def _numbers(self) -> dict[UUID | Slot, int]:
        """Of units and slots."""
        if self._known is None:
            self._known = {unit_id: number for number, unit_id in enumerate(self.units)}
            self._known |= {slot: number for number, slot in enumerate(self.slots)}
        return self._known

    @property
    def numbers(self) -> tuple[int, int, int]:
        """How many of the database's units, periods and series are known."""
        return len(self._unit_of), len(self._slot_of), len(self._opened)

    def number_of(self, unit_id: UUID) -> int:
        """Return the number of a unit in the columns; it gets one if it has none."""
        return self._number(unit_id, self.units)

    def take_in(self, bulk: Bulk, reminder_of: ReminderOf) -> Indices:
        """Enter what changed, and return the rows of it."""
        self._unit_of = _more(self._unit_of, [self.number_of(one) for one in bulk.units])
        self._slot_of = _more(self._slot_of, [self._slot_of_period(parse_period(key)) for key in bulk.periods])
        for one in bulk.series:
            self._begin(one, reminder_of)
        slots = [SHARED if one.slot is None else one.slot for one in self._opened[len(self._slot_of_series) :]]
        self._slot_of_series = _more(self._slot_of_series, slots)
        if not len(bulk.states["flags"]):
            return np.empty(0, np.int32)
        return self.book.take(self._states(bulk.states), *_histories(bulk.told))

    def duty(self, row: Any) -> Duty:
        """Return which one an obligation of the database is here, by its numbers there."""
        shared = self._opened[row.series_no].slot
        return Duty(
            int(self._unit_of[row.unit_no]),
            int(self._slot_of[row.period_no]) if shared is None else shared,
            row.series_no,
        )

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
        found = np.full(len(self._opened), plan_id is None)
        if plan_id is not None:
            found[self._series_of[plan_id]] = True
        for number in self._by_hand:
            found[number] &= self._taken(self._opened[number], takes)
        return found

    def slots_of(self, takes: Callable[[str, int | None], bool]) -> list[int]:
        """Return the slots of the periods that are taken, and those that are shared."""
        return [number for number, slot in enumerate(self.slots) if number in self._shared or takes(*slot)]

    def rows_of(self, plan_id: UUID) -> Indices:
        """Return the rows of a plan, by rule, then in the order of the book."""
        codes = sorted({series.rule for series in self._opened if series.plan_id == plan_id})
        ranks = {code: rank for rank, code in enumerate(codes)}
        rank = np.array([ranks[one.rule] if one.plan_id == plan_id else -1 for one in self._opened], np.int32)
        rows = np.flatnonzero(rank[self.book.columns.series] >= 0) if len(rank) else np.empty(0, np.int64)
        return rows[np.argsort(rank[self.book.columns.series[rows]], kind="stable")].astype(np.int32)

    def _begin(self, series: store.Series, reminder_of: ReminderOf) -> None:
        """Enter a series: its number here is that of the database."""
        period = parse_period(series.period) if series.period else None
        year, slot = legal_day(from_micros(series.opened_at)).year, None
        if period is not None:
            slot = self._number(Slot(f"{period.frequency}:{year}", year), self.slots)
            self._by_hand.append(len(self._opened))
            self._shared.add(slot)
        self._series_of[series.plan_id].append(len(self._opened))
        self._opened.append(_Opened(series.plan_id, series.rule, period, year, slot, series.title))
        reminder = reminder_of(series.plan_id, series.rule)
        self.book.series.add(Series(reminder, series.opened_at, series.opened_recorded_at))

    def _slot_of_period(self, period: Period) -> int:
        if period.frequency in OPENED_BY_HAND:
            return SHARED
        first, last = period.first_month, period.last_month
        year = first.year if first and last and first.year == last.year else None
        slot = self._number(Slot(period.key, year), self.slots)
        self._period_of[slot] = period
        return slot

    def _states(self, states: Columns) -> States:
        series = states["series_no"]
        unit, slot = np.empty(len(series), np.int32), np.empty(len(series), np.uint16)
        known = (self._unit_of, self._slot_of, self._slot_of_series)
        if not give_numbers(states["unit_no"], states["period_no"], series, *known, unit, slot):
            raise ValueError("an obligation comes before its unit, its period or its series")
        return States(
            unit=unit,
            slot=slot,
            series=series,
            due=states["due"],
            first_receipt=states["first_receipt_at"],
            first_recorded=states["first_recorded_at"],
            accepted=states["accepted_at"],
            correction_due=states["correction_due_at"],
            flags=states["flags"].astype(np.uint8),
        )

    def _taken(self, opened: _Opened, takes: Callable[[str, int | None], bool]) -> bool:
        if opened.period is None or opened.slot is None:
            return True
        return takes(opened.period.key, opened.year) or takes(self.slots[opened.slot].key, None)

    def _number(self, what: Any, names: list[Any]) -> int:
        number = self._numbers.setdefault(what, len(names))
        if number == len(names):
            names.append(what)
        return number


def _more(known: Indices, added: Sequence[int]) -> Indices:
    """Return numbers with more behind them; the same array if there are none."""
    return np.concatenate([known, np.array(added, np.int32)]) if added else known


def _histories(told: Columns) -> tuple[Facts, Instants]:
    """Return facts in the order in which they happened, and how many of them belong to each obligation."""
    if not len(told["kind"]):
        return NO_FACTS, np.empty(0, np.int64)
    obligation = np.stack([told[name] for name in store.KEY], axis=1)
    begins = np.flatnonzero(np.any(obligation[1:] != obligation[:-1], axis=1)) + 1
    many = len(obligation)
    sizes = np.diff(np.concatenate([[0], begins, [many]])) if many else np.empty(0, np.int64)
    # Those of one obligation come in the order of writing, which stays where they happened at once.
    order = np.lexsort([told["occurred_at"], np.repeat(np.arange(len(sizes)), sizes)])
    is_return = told["kind"] == FactKind.RETURNED
    day = np.where(is_return, told["correction_due_at"], told["due_at"])
    kind, version = told["kind"].astype(np.uint8), told["version"]
    facts = Facts(kind, told["occurred_at"], told["recorded_at"], day, version)
    return Facts._make(column[order] for column in facts), sizes
