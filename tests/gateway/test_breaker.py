from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.breaker import CircuitBreaker, ServiceUnreachable
from gateway.problems import ServiceTimeout, ServiceUnavailable
from kernel.clock import SetClock
from tests.runtime.auth.forge import NOON


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def breaker(clock: SetClock) -> CircuitBreaker:
    return CircuitBreaker("plans", clock, failures=2, pause=timedelta(seconds=5))


def fail(breaker: CircuitBreaker) -> None:
    with pytest.raises(ServiceUnavailable), breaker.attempt():
        raise ServiceUnreachable


def test_failures_count_only_in_a_row(breaker: CircuitBreaker) -> None:
    for _ in range(3):
        fail(breaker)
        with breaker.attempt():
            pass

    assert not breaker.is_open


def test_silence_counts_like_absence(breaker: CircuitBreaker) -> None:
    for _ in range(2):
        with pytest.raises(ServiceTimeout), breaker.attempt():
            raise ServiceTimeout(service="plans", seconds=1)

    assert breaker.is_open


def test_what_a_service_raises_proves_that_it_is_there(breaker: CircuitBreaker) -> None:
    for _ in range(3):
        with pytest.raises(ValueError, match="defect"), breaker.attempt():
            raise ValueError("defect")

    assert not breaker.is_open


def test_breaker_that_closed_again_admits_requests_together(breaker: CircuitBreaker, clock: SetClock) -> None:
    fail(breaker)
    fail(breaker)
    clock.advance(timedelta(seconds=5))

    with breaker.attempt(), pytest.raises(ServiceUnavailable), breaker.attempt():
        pass
    with breaker.attempt(), breaker.attempt():
        pass

    assert not breaker.is_open


def test_trial_that_was_broken_off_leaves_the_next_one_to_try(breaker: CircuitBreaker, clock: SetClock) -> None:
    fail(breaker)
    fail(breaker)
    clock.advance(timedelta(seconds=5))

    with pytest.raises(KeyError), breaker.attempt():
        raise KeyError
    with breaker.attempt():
        pass

    assert not breaker.is_open
