from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

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


@given(st.integers(2, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 63))
def test_a_network_of_ipv6_is_one_caller_and_its_neighbour_is_another(
    network: int, one: int, other: int, bit: int
) -> None:
    addresses = AddressMask(SetClock(NOON))

    def masked(prefix: int, host: int) -> bytes:
        return addresses.mask(str(IPv6Address(prefix << 64 | host)))

    assert masked(network, one) == masked(network, other)
    assert masked(network, one) != masked(network ^ 1 << bit, one)


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_an_address_of_ipv4_is_one_caller_also_where_it_comes_as_ipv6(one: IPv4Address, other: IPv4Address) -> None:
    addresses = AddressMask(SetClock(NOON))

    assert addresses.mask(f"::ffff:{one}") == addresses.mask(str(one))
    assert (addresses.mask(f"::ffff:{one}") == addresses.mask(f"::ffff:{other}")) is (one == other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:DB8::1", "2001:db8:0:0:ffff::", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("2001:db8::1", "192.0.2.1", False),
        ("", "unix", False),
        ("unix", "unix", True),
    ],
)
def test_callers_by_other_spellings(one: str, other: str, same: bool) -> None:
    addresses = AddressMask(SetClock(NOON))

    assert (addresses.mask(one) == addresses.mask(other)) is same


def test_endless_callers_fill_no_memory_and_whoever_goes_on_asking_is_not_forgotten() -> None:
    windows = RateWindows(SetClock(NOON), most=100)
    for _ in range(3):
        windows.admit(THREE_A_MINUTE, "harbour-office-7")

    for number in range(1000):
        windows.admit(THREE_A_MINUTE, f"client-{number}")
        assert not is_admitted(windows)

    assert len(windows) == 100
