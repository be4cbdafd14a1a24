"""Say what time it is, and turn instants into legal days and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Protocol

ICT = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Legal time of Viet Nam. Fixed at UTC+7 since 13/6/1975, so no time-zone database is needed."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """Gives the present instant. Passed in wherever time matters: no use case reads the clock itself."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is moved: for loading the sample year, and for tests."""

    def __init__(self, at: datetime) -> None:
        self._at = as_utc(at)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        """Move to `at`, forwards or backwards."""
        self._at = as_utc(at)

    def advance(self, by: timedelta) -> None:
        """Move by a duration."""
        self._at += by


def as_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC.

    Raises:
        ValueError: The instant has no offset, so nobody can say when it was.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no UTC offset")
    return instant.astimezone(UTC)


def legal_day(instant: datetime) -> date:
    """Return the day on which an instant falls in Viet Nam.

    >>> legal_day(datetime(2025, 6, 14, 17, 0, tzinfo=UTC))
    datetime.date(2025, 6, 15)
    """
    return as_utc(instant).astimezone(ICT).date()


def start_of(day: date) -> datetime:
    """Return the first instant of a legal day, in UTC.

    >>> start_of(date(2025, 6, 15)).isoformat()
    '2025-06-14T17:00:00+00:00'
    """
    return datetime.combine(day, time.min, ICT).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the exclusive end of a legal day: its 24:00 (BLDS 2015, art. 148.6), in UTC."""
    return start_of(day + timedelta(days=1))


def to_micros(instant: datetime) -> int:
    """Return an instant as whole microseconds since 1970-01-01T00:00Z."""
    return (as_utc(instant) - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the instant that `to_micros` turned into a number."""
    return _EPOCH + timedelta(microseconds=micros)
