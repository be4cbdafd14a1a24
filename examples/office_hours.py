"""Say when an office does something: on a working day, within its hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.clock import ICT

_MORNING = time(7, 30), 4 * 60
_AFTERNOON = time(13, 30), 3 * 60 + 30
"""Beginning, and length in minutes: 7:30 to 11:30, 13:30 to 17:00 in Viet Nam."""


def at_the_office(day: date, dice: Random) -> datetime:
    """Draw an instant within office hours of a day, in UTC."""
    minute = dice.randrange(_MORNING[1] + _AFTERNOON[1])
    opens_at, minutes = (_MORNING[0], minute) if minute < _MORNING[1] else (_AFTERNOON[0], minute - _MORNING[1])
    return at_clock_time(day, opens_at) + timedelta(minutes=minutes, seconds=dice.randrange(60))


def at_clock_time(day: date, time_of_day: time) -> datetime:
    """Return the instant of a time of day in Viet Nam, in UTC.

    >>> at_clock_time(date(2025, 6, 14), time(23, 41)).isoformat()
    '2025-06-14T16:41:00+00:00'
    """
    return datetime.combine(day, time_of_day, ICT).astimezone(UTC)


def working_days_earlier(day: date, count: int) -> date:
    """Return the working day that lies so many working days before the last one on or before a day.

    >>> working_days_earlier(date(2025, 6, 14), 0), working_days_earlier(date(2025, 6, 14), 5)
    (datetime.date(2025, 6, 13), datetime.date(2025, 6, 6))
    """
    left = count
    while left or not LEGAL_CALENDAR.is_working_day(day):
        left -= LEGAL_CALENDAR.is_working_day(day)
        day -= timedelta(days=1)
    return day
