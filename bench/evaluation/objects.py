"""The same evaluation one object at a time, as it is written first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.evaluation.frames import corrections_due
from bench.evaluation.national import National, T
from kernel.clock import from_micros
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.history import LONG_AGO, NEVER
from services.reports.evaluation.status import Status
from services.reports.evaluation.tally import NOWHERE

_NOW = from_micros(T)
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Obligation:
    """One obligation, with what its status depends on."""

    place: int
    period: int
    due: datetime | None
    first: datetime | None
    correction: datetime
    reminder: timedelta
    exists: bool
    excused: bool
    requested: bool
    live: bool

    def status(self, now: datetime) -> Status:
        """Return its status at an instant."""
        if not self.exists:
            return Status.ABSENT
        if self.excused:
            return Status.EXCUSED
        if self.due is None:
            return Status.UNDATED
        if self.requested:
            return Status.REQUESTED
        if self.live and self.first is not None:
            return Status.ON_TIME if self.first < self.due else Status.LATE
        if self.first is not None and now < max(self.due, self.correction):
            return Status.RETURNED
        if now >= self.due:
            return Status.OVERDUE
        return Status.DUE_SOON if now >= self.due - self.reminder else Status.NOT_DUE


def obligations(book: National) -> list[Obligation]:
    """Return a book as objects."""
    columns, series = book.book.columns, book.book.series
    place = book.layout.place[columns.units_of_rows()]
    read = (
        place,
        columns.slot,
        columns.due,
        columns.first_receipt,
        corrections_due(book),
        columns.flags,
        columns.series,
    )
    rows = zip(*(column.tolist() for column in read), strict=True)
    reminders = [timedelta(microseconds=one) for one in series.reminder.tolist()]
    return [
        Obligation(
            place,
            period,
            None if due == NEVER else from_micros(due),
            None if first == NEVER else from_micros(first),
            _LONG_AGO if correction == LONG_AGO else from_micros(correction),
            reminders[series],
            exists=bool(flags & Flag.EXISTS),
            excused=bool(flags & Flag.EXCUSED),
            requested=bool(flags & Flag.REQUESTED),
            live=bool(flags & Flag.LIVE),
        )
        for place, period, due, first, correction, flags, series in rows
    ]


def by_objects(all_of_them: Sequence[Obligation], parent: Sequence[int]) -> Counter[tuple[int, int, Status]]:
    """Count by subtree, period and status."""
    counted: Counter[tuple[int, int, Status]] = Counter()
    for one in all_of_them:
        status, place = one.status(_NOW), one.place
        while place != NOWHERE:
            counted[place, one.period, status] += 1
            place = parent[place]
    return counted
