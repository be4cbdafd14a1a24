from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import parse

from gateway.rates import AddressMask, RateWindows
from kernel.clock import SetClock
from runtime.http.refusals import RateExceeded
from tests.runtime.auth.forge import NOON

THREE_A_MINUTE = parse("3/minute")


def is_admitted(windows: RateWindows, key: str = "harbour-office-7") -> bool:
    try:
        windows.admit(THREE_A_MINUTE, key)
    except RateExceeded:
        return False
    return True


@given(st.lists(st.integers(min_value=0, max_value=40), max_size=40))
def test_no_minute_whatever_admits_more_than_three(pauses: list[int]) -> None:
    clock = SetClock(NOON)
    windows = RateWindows(clock)
    admitted: list[datetime] = []
    for pause in pauses:
        clock.advance(timedelta(seconds=pause))
        recent = [at for at in admitted if at > clock.now() - timedelta(minutes=1)]
        assert is_admitted(windows) is (len(recent) < 3)
        if len(recent) < 3:
            admitted.append(clock.now())


def test_refusal_says_when_there_is_room_again() -> None:
    clock = SetClock(NOON)
    windows = RateWindows(clock)
    for _ in range(3):
        windows.admit(THREE_A_MINUTE, "harbour-office-7")
        clock.advance(timedelta(seconds=10, milliseconds=1))

    with pytest.raises(RateExceeded) as refused:
        windows.admit(THREE_A_MINUTE, "harbour-office-7")

    assert refused.value.facts["retry_after"] == 30
    clock.advance(timedelta(seconds=30))
    assert is_admitted(windows)


def test_clock_that_steps_back_locks_nobody_out() -> None:
    clock = SetClock(NOON)
    windows = RateWindows(clock)
    for _ in range(3):
        windows.admit(THREE_A_MINUTE, "harbour-office-7")

    clock.advance(-timedelta(hours=1))

    assert is_admitted(windows)


def test_keys_that_nobody_uses_are_forgotten() -> None:
    clock = SetClock(NOON)
    windows = RateWindows(clock)
    for number in range(100):
        windows.admit(THREE_A_MINUTE, f"client-{number}")
    assert len(windows) == 100

    clock.advance(timedelta(minutes=1))
    windows.admit(THREE_A_MINUTE, "harbour-office-7")

    assert len(windows) == 1


def test_addresses_are_told_apart_for_one_legal_day_only() -> None:
    clock = SetClock(NOON)
    addresses = AddressMask(clock)
    masked = addresses.mask("192.0.2.1")

    assert addresses.mask("192.0.2.1") == masked
    assert addresses.mask("192.0.2.2") != masked
    assert AddressMask(clock).mask("192.0.2.1") != masked
    clock.advance(timedelta(hours=12))  # past 24:00 in Viet Nam
    assert addresses.mask("192.0.2.1") != masked
