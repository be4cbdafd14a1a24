"""Shares are compared in whole numbers and rounded only where they are shown."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.shares import Share, change

counts = st.integers(0, 10**12)
wholes = st.integers(1, 10**12)
thresholds = st.integers(-50, 200)


@given(counts, wholes, thresholds)
def test_a_share_is_compared_exactly(numerator: int, denominator: int, percent: int) -> None:
    share, exact = Share(numerator, denominator), Fraction(100 * numerator, denominator)

    assert share.at_least(percent) == (exact >= percent)
    assert share.at_most(percent) == (exact <= percent)


@given(counts, wholes, thresholds)
def test_a_change_is_compared_exactly(value: int, baseline: int, percent: int) -> None:
    exact = Fraction(100 * (value - baseline), baseline)

    assert change(value, baseline).at_least(percent) == (exact >= percent)
    assert change(value, baseline).at_most(percent) == (exact <= percent)


def test_a_share_that_a_float_would_round_up_to_its_threshold_misses_it() -> None:
    just_short = Share(7 * 10**17 - 1, 10**18)

    assert just_short.numerator / just_short.denominator >= 0.7
    assert not just_short.at_least(70)


@pytest.mark.parametrize("share", [Share(0, 0), Share(5, 0), change(5, 0)])
def test_a_share_of_nothing_is_undefined_and_neither_reaches_nor_misses_a_threshold(share: Share) -> None:
    assert not share.is_defined
    with pytest.raises(ZeroDivisionError):
        share.at_least(0)
    with pytest.raises(ZeroDivisionError):
        share.at_most(0)


def test_a_negative_whole_does_not_exist() -> None:
    with pytest.raises(ValueError, match="-3"):
        Share(1, -3)


@pytest.mark.parametrize(
    ("share", "vietnamese", "english"),
    [
        (Share(2, 3), "66,7%", "66.7%"),
        (Share(1, 8), "12,5%", "12.5%"),
        (Share(1, 2000), "0,1%", "0.1%"),  # 0.05, half up
        (Share(49, 100_000), "0,0%", "0.0%"),
        (Share(101, 100), "101,0%", "101.0%"),
        (Share(999_500, 1_000_000), "100,0%", "100.0%"),
        (Share(0, 7), "0,0%", "0.0%"),
        (Share(0, 0), "–", "–"),
        (change(97, 100), "-3,0%", "-3.0%"),
        (change(99_950, 100_000), "-0,1%", "-0.1%"),  # half away from zero, as for a rise
        (change(99_999, 100_000), "0,0%", "0.0%"),
    ],
)
def test_a_share_is_shown_with_one_decimal_and_never_clamped(share: Share, vietnamese: str, english: str) -> None:
    assert share.percent_text("vi") == vietnamese
    assert share.percent_text("en") == english
