"""When a delivery that failed is tried again: the plan of Standard Webhooks, over four days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After the first attempt, the second, and so on; after the tenth there is no other."""
_JITTER = 0.1
"""Up to a tenth is added, so that what failed together does not come back together."""


def pause_after(tries: int, *, asked: timedelta | None, chance: float) -> timedelta | None:
    """Return how long to wait after so many attempts, or None if that was the last one.

    A subscriber may ask for more than the plan says, up to its longest pause. `chance` is from 0 to 1.
    """
    if tries > len(PAUSES):
        return None
    planned = PAUSES[tries - 1]
    wanted = max(planned, min(asked or planned, PAUSES[-1]))
    return wanted + planned * (_JITTER * chance)


def asked_pause(retry_after: str | None, now: datetime) -> timedelta | None:
    """Return what a header `Retry-After` asks for (RFC 9110, 10.2.3): seconds, or an instant. None if unreadable.

    >>> asked_pause("120", datetime(2025, 6, 14, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    """
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return timedelta(seconds=int(retry_after[:9]))
    try:
        instant = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return instant.replace(tzinfo=instant.tzinfo or UTC) - now
