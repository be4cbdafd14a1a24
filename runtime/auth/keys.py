"""Hold the issuer's public keys: fetched when needed, remembered, and fetched again when one is unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from kernel.clock import Clock
from runtime.auth.refusals import KeysUnavailable
from runtime.telemetry.log import get_logger

FetchKeys = Callable[[], Awaitable[KeySetSerialization]]
"""Returns a JWK set (RFC 7517, 5): from a URL, or from an issuer in this process."""

MAX_AGE = timedelta(minutes=10)
"""How long a withdrawn key is still believed, at most, while the issuer answers."""
PAUSE = timedelta(seconds=10)
"""Shortest time between two fetches: tokens with invented key ids must not become load on the issuer."""
FETCH_TIMEOUT_SECONDS = 5.0

_log = get_logger("auth")


def keys_at(url: str) -> FetchKeys:
    """Return a function that fetches the JWK set at a URL."""

    async def fetch() -> KeySetSerialization:
        async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_SECONDS) as client:
            answer = await client.get(url, headers={"accept": "application/json"})
            answer.raise_for_status()
            keys: KeySetSerialization = answer.json()
            return keys

    return fetch


class KeySource:
    """The issuer's keys as they are now.

    Once keys are there, an issuer that is down does not stop anybody: the last ones are kept.
    """

    def __init__(self, fetch: FetchKeys, clock: Clock, *, max_age: timedelta = MAX_AGE, pause: timedelta = PAUSE):
        self._fetch = fetch
        self._clock = clock
        self._max_age = max_age
        self._pause = pause
        self._keys: KeySet | None = None
        self._tried_at: datetime | None = None
        self._fetching = asyncio.Lock()

    async def current(self) -> KeySet:
        """Return the keys, fetched again once they are older than `max_age`. The same object until then.

        Raises:
            KeysUnavailable: There are none yet, and the issuer does not answer.
        """
        if self._keys is None or self._is_older_than(self._max_age):
            return await self.fetched_anew()
        return self._keys

    async def fetched_anew(self) -> KeySet:
        """Return the keys as the issuer has them now, or had them a moment ago: a fetch within the pause counts.

        Raises:
            KeysUnavailable: As `current`.
        """
        async with self._fetching:
            # Who waited here for another's fetch takes its result.
            if self._is_older_than(self._pause):
                await self._refresh()
        if self._keys is None:
            raise KeysUnavailable(retry_after=int(self._pause.total_seconds()))
        return self._keys

    async def _refresh(self) -> None:
        self._tried_at = self._clock.now()
        try:
            self._keys = KeySet.import_key_set(await self._fetch())
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            _log.warning("keys not fetched", error=type(error).__name__)

    def _is_older_than(self, age: timedelta) -> bool:
        """Say whether the last fetch is that long ago. A clock that stepped back counts as yes: better once more."""
        return self._tried_at is None or not timedelta() <= self._clock.now() - self._tried_at < age
