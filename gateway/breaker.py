"""Leave a service alone for a while after it failed several times in a row, so that callers need not wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil

from gateway.problems import ServiceTimeout, ServiceUnavailable
from kernel.clock import Clock


class ServiceUnreachable(Exception):
    """No answer begins to come from a service: it is down, or the way to it is."""


class ReplicaLost(ServiceUnreachable):
    """A replica hung up that had been well: whoever comes again finds out whether others are there."""


class CircuitBreaker:
    """One service's breaker: closed while it works, open for `pause` after failures, then one request tries."""

    def __init__(self, service: str, clock: Clock, *, failures: int, pause: timedelta) -> None:
        self._service = service
        self._clock = clock
        self._limit = failures
        self._pause = pause
        self._failures = 0
        self._opened_at: datetime | None = None
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Say whether requests are turned away now."""
        return self._opened_at is not None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Let one request through, and learn from how it ends.

        What a service answers, even a 500, proves that it is there; only silence counts as a failure.
        A request that its caller broke off proves nothing.

        Raises:
            ServiceUnavailable: The breaker is open, or the service cannot be reached.
        """
        is_trial = self._admit()
        try:
            yield
        except ReplicaLost:
            # All that was on its way to it fails at once: it would look as if the service had failed so often.
            raise self._unavailable() from None
        except ServiceUnreachable:
            self._note_failure()
            raise self._unavailable() from None
        except ServiceTimeout:
            self._note_failure()
            raise
        else:
            self._failures = 0
            self._opened_at = None
        finally:
            if is_trial:
                self._trying = False

    def _unavailable(self) -> ServiceUnavailable:
        """Return the problem that says when to come again."""
        return ServiceUnavailable(service=self._service, retry_after=max(1, ceil(self._remaining().total_seconds())))

    def _admit(self) -> bool:
        """Say whether the request is the one that tries whether the service is back."""
        if self._opened_at is None:
            return False
        if self._trying or self._remaining() > timedelta():
            raise self._unavailable()
        self._trying = True
        return True

    def _note_failure(self) -> None:
        self._failures += 1
        if self._failures >= self._limit:
            self._opened_at = self._clock.now()

    def _remaining(self) -> timedelta:
        """Return how long the service is still left alone. A clock that stepped back ends the pause."""
        if self._opened_at is None:
            return timedelta()
        passed = self._clock.now() - self._opened_at
        return self._pause - passed if timedelta() <= passed < self._pause else timedelta()
