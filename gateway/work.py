"""Let a request in beyond its caller's limit for work that was done for it: a proof of work, as hashcash has it.

Whoever comes without a token is told apart by an address, which a whole village may share: a flood from there must
not shut the door for the others. A proof is for one idempotency key, so that it makes one thing however often it is
sent; and any replica checks it by itself: no challenge is kept, and no secret shared.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import TypedDict

from limits import RateLimitItem

from gateway.problems import WorkAsked, WorkMalformed, WorkStale, WorkTooLittle
from gateway.rates import RateWindows
from kernel.clock import Clock, to_micros
from runtime.http.refusals import KeyMissing, RateExceeded

_PROOF = re.compile(r"([0-9]{1,10}):([A-Za-z0-9_-]{1,64})")
"""The header `Work`: minute and nonce."""
_MINUTES_OLD, _MINUTES_AHEAD = 10, 2
"""How far a proof's minute may be away: a slow phone needs some for the work, and its clock may be fast."""


class Asked(TypedDict):
    """What a caller beyond its limit is asked for: the facts of each refusal."""

    limit: object
    retry_after: object
    """Whole seconds until the next request needs no work."""
    work_bits: int
    minute: int
    """By the gateway's clock."""


class WorkWindows:
    """Admits by proofs. Each is a caller of its own: one that is sent on and on is a flood as well."""

    def __init__(self, windows: RateWindows, clock: Clock, *, bits: int) -> None:
        self._windows = windows
        self._clock = clock
        self._bits = bits

    def admit(
        self, rate: RateLimitItem, place: Hashable, *, proof: str | None, key: str | None, full: RateExceeded
    ) -> None:  # fmt: skip
        """Count one request beyond its caller's limit, which is `full`.

        Raises:
            WorkAsked: There is no proof, or it came as often as any caller may.
            KeyMissing: There is one, and no idempotency key that it is for.
            WorkMalformed, WorkStale, WorkTooLittle: It proves nothing.
        """
        asked = self._asked(full)
        if proof is None:
            raise WorkAsked(**asked)
        if key is None:
            raise KeyMissing
        digest = verify(proof, key, asked)
        try:
            self._windows.admit(rate, (place, digest))
        except RateExceeded as used_up:
            raise WorkAsked(**self._asked(used_up)) from None

    def _asked(self, full: RateExceeded) -> Asked:
        return Asked(
            limit=full.facts["limit"],
            retry_after=full.facts["retry_after"],
            work_bits=self._bits,
            minute=minute_of(self._clock.now()),
        )


def verify(proof: str, key: str, asked: Asked) -> bytes:
    """Return the digest that tells a proof from all others. `proof` and `key` are headers, as they were sent.

    Raises:
        WorkMalformed: It is not written as `<minute>:<nonce>`.
        WorkStale: Its minute is too long ago, or too far ahead.
        WorkTooLittle: Its digest begins with too few zero bits, as that for another key does.
    """
    written = _PROOF.fullmatch(proof)
    if written is None:
        raise WorkMalformed(**asked)
    minute, nonce = written.groups()
    oldest, newest = asked["minute"] - _MINUTES_OLD, asked["minute"] + _MINUTES_AHEAD
    if not oldest <= int(minute) <= newest:
        raise WorkStale(**asked, oldest=oldest, newest=newest)
    digest = _digest(minute, key, nonce)
    if (found := _zero_bits(digest)) < asked["work_bits"]:
        raise WorkTooLittle(**asked, found=found)
    return digest


def find_nonce(minute: int, key: str, *, bits: int) -> str:
    """Do the work, 2 to the power of `bits` digests on average, and return the nonce that proves it.

    >>> find_nonce(29148300, "7a2a8f0c-6d1f-4b7e-9c35-0d5b1e2f4a68", bits=12)
    '556'
    """
    return next(
        nonce for nonce in map(str, count()) if _zero_bits(_digest(str(minute), key, nonce)) >= bits
    )  # fmt: skip


def minute_of(instant: datetime) -> int:
    """Return the whole minutes since 1970-01-01T00:00Z."""
    return to_micros(instant) // 60_000_000


def _digest(minute: str, key: str, nonce: str) -> bytes:
    # Latin-1, as headers are read here: these are the very bytes that were sent.
    return sha256(f"lanhmanh-work:v1:{minute}:{key}:{nonce}".encode("latin-1")).digest()


def _zero_bits(digest: bytes) -> int:
    """Return how many bits at the beginning are zero."""
    return 8 * len(digest) - int.from_bytes(digest, "big").bit_length()
