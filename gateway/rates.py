"""Limit how much one caller may ask of one route: a moving window, kept in this process.

The memory storage of `limits` reads the machine's clock and sweeps every key in a thread for each request;
this one takes a clock and sweeps once a window. What a rate is and how it is written stays with the library.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict, deque
from collections.abc import Hashable
from datetime import date
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

from limits import RateLimitItem

from kernel.clock import Clock, legal_day, to_micros
from runtime.http.refusals import RateExceeded

MOST_KEYS: Final = 50_000
"""So many are remembered, some 1 kB each: whoever has endless addresses must not fill the memory with them."""
_NETWORK_BITS = 64
"""What of an IPv6 address is one caller: whoever has a network has all 2^64 addresses of it (RFC 4291, 2.5.1)."""


class RateWindows:
    """Remembers when each key was admitted, for as long as its window lasts; beyond so many, those that asked last."""

    def __init__(self, clock: Clock, *, most: int = MOST_KEYS) -> None:
        self._clock = clock
        self._most = most
        self._admitted: OrderedDict[tuple[RateLimitItem, Hashable], deque[int]] = OrderedDict()
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
        # Whoever is refused asks too, and is not forgotten for it.
        self._admitted.move_to_end((rate, key))
        if len(self._admitted) > self._most:
            self._admitted.popitem(last=False)
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
        """Return the HMAC-SHA256 of the caller of an address under the secret of the day."""
        today = legal_day(self._clock.now())
        if today != self._day:
            self._day, self._secret = today, secrets.token_bytes(32)
        return hmac.digest(self._secret, caller_of(address).encode(), "sha256")


def caller_of(address: str) -> str:
    """Return what of an address is one caller: all of IPv4, the network of IPv6. What is no address stays as it is.

    >>> caller_of("2001:db8:0:1::7"), caller_of("::ffff:192.0.2.1"), caller_of("192.0.2.1")
    ('2001:db8:0:1::/64', '192.0.2.1', '192.0.2.1')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    host_bits = found.max_prefixlen - _NETWORK_BITS
    return f"{IPv6Address(int(found) >> host_bits << host_bits)}/{_NETWORK_BITS}"
