"""A national book of five years: 3,321 communes below 34 provinces, 12 bodies each, 19 periods a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernel.clock import to_micros
from services.reports.evaluation.book import Book, States
from services.reports.evaluation.columns import DAY, Flag, Mask
from services.reports.evaluation.compliance import Layout
from services.reports.evaluation.history import LONG_AGO, NEVER, NO_VERSION, FactKind, Facts, Instants
from services.reports.evaluation.series import Series
from services.reports.evaluation.tally import NOWHERE

PROVINCES, COMMUNES, BODIES, YEARS = 34, 3_321, 12, 5
_LENGTHS = (*[1] * 12, *[3] * 4, 6, 9, 12)
_ENDS = (*range(1, 13), 3, 6, 9, 12, 6, 9, 12)
"""The periods of a year: how many months each has, and the month with which it ends."""
T = to_micros(datetime(2026, 10, 12, 9, tzinfo=UTC))
_REMINDER = 7 * DAY
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class National:
    """The book of the bodies of all communes, laid out by commune, province and nation."""

    layout: Layout
    """Shape of places: 34 provinces and their communes below the nation; each body is counted at its commune."""
    book: Book
    slots: int

    def __len__(self) -> int:
        return len(self.book)

    @property
    def every(self) -> Mask:
        """All series."""
        return np.ones(len(self.book.series), np.bool_)


def national_book(share: float = 1.0, *, seed: int = 2026) -> National:
    """Return the book, or one with more or fewer communes by `share`."""
    dice = np.random.default_rng(seed)
    layout = _layout(round(COMMUNES * share))
    book, slots, units = Book(), YEARS * len(_ENDS), len(layout.place)
    slot = np.tile(np.arange(slots, dtype=np.uint16), units)
    unit = np.repeat(np.arange(units, dtype=np.int32), slots)
    year, kind = np.divmod(slot.astype(np.int32), len(_ENDS))
    for number in range(YEARS):
        opened = _first_of(np.array([2022 + number]), np.array([1]))[0]
        for _ in range(BODIES):
            # A plan for each body and year, with a rule of its own.
            book.series.add(Series(_REMINDER, int(opened), int(opened)))
    series = year * BODIES + unit % BODIES
    due = _first_of(2022 + year, np.array(_ENDS)[kind]) + 14 * DAY
    states, told = _drawn(unit, slot, series, due, dice)
    book.take(states, *_histories(states, told, book.series.opened_at[series]))
    return National(layout, book, slots)


def _layout(communes: int) -> Layout:
    parents, places = [NOWHERE], []
    for province in range(PROVINCES):
        top = len(parents)
        parents.append(0)
        for _ in range(province * communes // PROVINCES, (province + 1) * communes // PROVINCES):
            places += [len(parents)] * BODIES
            parents.append(top)
    return Layout.of(parents, places)


def _first_of(year: npt.NDArray[np.int32], month: npt.NDArray[np.int64]) -> Instants:
    """Return the first instant of a month, in legal time."""
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    instants: Instants = months.astype("datetime64[D]").astype(np.int64) * DAY - 7 * 3600 * _SECOND
    return instants


class _Told(NamedTuple):
    """Which obligations have more than a plain history."""

    returned: Mask
    excused: Mask
    dropped: Mask

    @property
    def any(self) -> Mask:
        found: Mask = self.returned | self.excused | self.dropped
        return found


def _drawn(
    unit: npt.NDArray[np.int32],
    slot: npt.NDArray[np.uint16],
    series: npt.NDArray[np.int32],
    due: Instants,
    dice: np.random.Generator,
) -> tuple[States, _Told]:
    """Draw what came: mostly in time, some late, some not, and some at the very instants on which all depends."""
    rows = len(due)
    due = np.where(dice.random(rows) < 0.002, dice.choice([T, T + _REMINDER, T + _REMINDER + 1], rows), due)
    delay = dice.normal(-3 * DAY, 3 * DAY, rows).astype(np.int64)
    first = due + np.where(dice.random(rows) < 0.002, 0, delay)
    dropped = dice.random(rows) < 0.002
    came = (first <= T) & (dice.random(rows) < 0.94) & ~dropped
    told = _Told(came & (dice.random(rows) < 0.01), dice.random(rows) < 0.003, dropped)
    flags = np.where(dropped, 0, Flag.EXISTS).astype(np.uint8)
    flags[told.excused] |= np.uint8(Flag.EXCUSED)
    flags[told.any] |= np.uint8(Flag.TOLD)
    flags[dice.random(rows) < 0.01] |= np.uint8(Flag.REQUESTED)
    flags[came & ~told.returned] |= np.uint8(Flag.LIVE)
    midnight = T // DAY * DAY - 7 * 3600 * _SECOND
    correction = np.where(told.returned, midnight + dice.integers(-20, 20, rows) * DAY, LONG_AGO)
    first = np.where(came, first, NEVER)
    written = np.where(came, np.where(came, first, 0) + dice.integers(0, 50_000, rows), NEVER)
    accepted = np.where(came & ~told.any & (dice.random(rows) < 0.8), np.where(came, first, 0) + 2 * DAY, NEVER)
    due = np.where(dice.random(rows) < 0.01, NEVER, due)
    return States(unit, slot, series, due, first, written, accepted, correction, flags), told


def _histories(states: States, told: _Told, opened_at: Instants) -> tuple[Facts, Instants]:
    """Return the facts of the obligations with more than a plain history."""
    rows = np.flatnonzero(told.any)
    first, came = states.first_receipt[rows], states.first_receipt[rows] != NEVER
    received = np.where(came, first, 0)
    none, never = np.full(len(rows), NO_VERSION), np.full(len(rows), NEVER)
    opened, returned = opened_at[rows], np.minimum(received + DAY, T)
    steps = [
        (np.ones(len(rows), np.bool_), FactKind.OPENED, opened, opened, states.due[rows], none),
        (told.excused[rows], FactKind.EXCUSED, opened + DAY, opened + DAY, never, none),
        (told.dropped[rows], FactKind.DROPPED, opened + 2 * DAY, opened + 2 * DAY, never, none),
        (came, FactKind.SUBMITTED, received, np.where(came, states.first_recorded[rows], 0), never, none + 1),
        (told.returned[rows], FactKind.RETURNED, returned, returned, states.correction_due[rows], none + 1),
    ]
    has = np.stack([step[0] for step in steps], axis=1)
    kind = np.stack([np.full(len(rows), step[1]) for step in steps], axis=1)[has]
    occurred, recorded, day, version = (np.stack([step[of] for step in steps], axis=1)[has] for of in (2, 3, 4, 5))
    return Facts(kind.astype(np.uint8), occurred, recorded, day, version.astype(np.int32)), has.sum(axis=1)
