"""Figures with their bounds, and how ways of doing the same are compared."""

from __future__ import annotations

import asyncio
import time

import pytest

from bench.rounds import ROUNDS, interleaved, settled, timed
from bench.row import Row, shown


@pytest.mark.parametrize(
    ("value", "beside", "direction", "bound", "holds"),
    [
        (10, None, "at most", 10, True),
        (11, None, "at most", 10, False),
        (10, None, "at least", 10, True),
        (9, None, "at least", 10, False),
        (30, 10, "at least", 3, True),
        (29, 10, "at least", 3, False),
        (25, 10, "at most", 2.5, True),
        (26, 10, "at most", 2.5, False),
    ],
)
def test_bound_is_for_the_ratio_where_there_is_one(
    value: float, beside: float | None, direction: str, bound: float, holds: bool
) -> None:
    assert Row("area", "name", 1, value, "ms", bound, direction, beside).holds is holds  # type: ignore[arg-type]


@pytest.mark.asyncio
async def test_ways_take_turns_and_the_first_round_counts_for_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[str] = []

    async def ours() -> float:
        done.append("ours")
        return 100.0 if len(done) == 1 else 2.0

    async def bare() -> float:
        done.append("bare")
        return 1.0

    found = await interleaved("sums", {"ours": ours, "bare": bare})

    assert found == {"ours": 2.0, "bare": 1.0}
    assert done == ["ours", "bare"] * (ROUNDS + 1)
    assert capsys.readouterr().out.count("sums, ") == ROUNDS + 1


@pytest.mark.asyncio
async def test_time_of_a_way_is_with_what_it_awaits() -> None:
    assert await timed(lambda: asyncio.sleep(0.02))() >= 0.02
    assert await timed(lambda: None)() < 0.02


@pytest.mark.asyncio
async def test_what_takes_milliseconds_is_told_by_the_middle_one_of_some_calls() -> None:
    pauses = iter([0.4, 0.0, 0.02, 0.4, 0.0])

    took = await settled(lambda: time.sleep(next(pauses)))()

    assert 0.02 <= took < 0.4
    assert next(pauses, None) is None


def test_small_figures_are_shown_with_more_digits() -> None:
    assert [shown(one) for one in (0.388, 9.96, 10, 1234.5)] == ["0.39", "9.96", "10.0", "1,234.5"]
