"""Limit how much one caller may ask of one route: a moving window, kept in this process.

The memory storage of `limits` reads the machine's clock and sweeps every key in a thread for each request;
this one takes a clock and sweeps once a window. What a rate is and how it is written stays with the library.
"""

from __future__ import annotations

import hmac
import secrets
from collections import deque
from collections.abc import Hashable
from datetime import date
from math import ceil

from limits import RateLimitItem

from kernel.clock import Clock, legal_day, to_micros
from runtime.http.refusals import RateExceeded


class RateWindows:
    """Remembers when each key was admitted, for as long as its window lasts."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._admitted: dict[tuple[RateLimitItem, Hashable], deque[int]] = {}
        self._swept_at = 0

    def admit(self, rate: RateLimitItem, key: Hashable) -> None:
        """Count one request.

        Raises:
            RateExceeded: The window is full. `retry_after` says in whole seconds when there is room again.
        """
        now = to_micros(self._clock.now())
        width = rate.get_expiry() * 1_000_000
        self._sweep(now, width)
        admitted = self._admitted.setdefault((rate, key), deque())
        _forget(admitted, now, width)
        if len(admitted) >= rate.amount:
            seconds = ceil((admitted[0] + width - now) / 1_000_000)
            raise RateExceeded(limit=str(rate), retry_after=max(1, seconds))
        admitted.append(now)

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._admitted)

    def _sweep(self, now: int, width: int) -> None:
        """Drop the keys that nobody has used for a window, at most once a window."""
        if 0 <= now - self._swept_at < width:
            return
        self._swept_at = now
        for (rate, key), admitted in list(self._admitted.items()):
            _forget(admitted, now, rate.get_expiry() * 1_000_000)
            if not admitted:
                del self._admitted[rate, key]


def _forget(admitted: deque[int], now: int, width: int) -> None:
    """Drop what has left the window, and what lies ahead: the clock stepped back, and nobody shall wait for that."""
    while admitted and admitted[0] <= now - width:
        admitted.popleft()
    while admitted and admitted[-1] > now:
        admitted.pop()


class AddressMask:
    """Tells callers without a token apart for a day, without keeping an address.

    The secret is never stored and changes with the legal day, so that no one can find out later who asked.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._day: date | None = None
        self._secret = b""

    def mask(self, address: str) -> bytes:
        """Return the HMAC-SHA256 of an address under the secret of the day."""
        today = legal_day(self._clock.now())
        if today != self._day:
            self._day, self._secret = today, secrets.token_bytes(32)
        return hmac.digest(self._secret, address.encode(), "sha256")
