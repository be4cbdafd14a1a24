"""Statistics for others: of what is over, nothing small, nothing exact."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import SetClock
from services.tips.domain.protection import SMALLEST, STEP, protected
from tests.reports.office import refusal
from tests.tips.desk import Desk

TO_THE_END = timedelta(days=63)
"""To 20/6/2025, after the second quarter of periodic reports (15/3 to 14/6)."""


async def asked(desk: Desk, **query: Any) -> httpx.Response:
    """Ask from far away, with no right to any tip."""
    headers = desk.tokens.bearer("tips:statistics", unit="38")
    return await desk.client.get(
        "/v1/tips/statistics", params={"unit": "60", "period": "2025-Q2"} | query, headers=headers
    )


async def some_tips(desk: Desk) -> None:
    """Enter 23 tips of one channel, of which 12 are handled, and 9 of another."""
    for number in range(23):
        tip = await desk.entered()
        if number < 12:
            await desk.done(tip, "classify", category="feedback")
            await desk.done(tip, "not_accept", ground="nhầm")
    for _ in range(9):
        await desk.entered(channel="letter", unit="593")


@pytest.mark.asyncio
@pytest.mark.usefixtures("nobody_watches")
async def test_small_counts_are_not_said_and_others_are_rounded(province: Desk, clock: SetClock) -> None:
    await some_tips(province)
    clock.advance(TO_THE_END)

    by_channel = (await asked(province, by="channel")).json()
    by_unit = (await asked(province, by="unit")).json()
    below = (await asked(province, unit="593")).json()

    counts = {"handled_in_time": 10, "handled_late": None, "running_in_time": None}
    assert by_channel["total"] == {"received": 30, **counts, "running_late": 20}
    assert by_channel["lines"] == [{"place": "visitor", "counts": {"received": 20, **counts, "running_late": 10}}]
    assert [line["place"] for line in by_unit["lines"]] == ["60"]
    assert (set(below["total"].values()), below["lines"]) == ({None}, [])


@pytest.mark.asyncio
async def test_statistics_are_of_what_is_over(province: Desk) -> None:
    running = await asked(province)
    unplaced = await asked(province, period="flash:a")
    unreadable = await asked(province, period="2025-Q7")
    unknown = await asked(province, unit="99999", period="2024")
    headers = province.tokens.bearer("tips:read", unit="60")
    without = await province.client.get("/v1/tips/statistics?unit=60&period=2024", headers=headers)

    assert [refusal(one) for one in (running, unplaced)] == [(422, "period_not_over")] * 2
    assert (refusal(unreadable), refusal(unknown)) == ((422, "unreadable_period"), (422, "unit_unknown"))
    assert refusal(without) == (403, "scope_missing")


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6), st.data())
def test_no_count_is_found_by_subtracting_the_others_from_the_whole(counts: list[int], data: st.DataObject) -> None:
    hidden = data.draw(st.integers(0, len(counts) - 1))
    others = [_possible(protected(one)) for place, one in enumerate(counts) if place != hidden]
    whole, own = _possible(protected(sum(counts))), _possible(protected(counts[hidden]))
    least, most = sum(one[0] for one in others), sum(one[-1] for one in others)

    left = [one for one in own if whole[0] - most <= one <= whole[-1] - least]

    assert counts[hidden] in left
    assert len(left) > 1


def _possible(said: int | None) -> range:
    """Return what a count may be that is said so."""
    return range(SMALLEST) if said is None else range(max(SMALLEST, said - STEP // 2), said + STEP // 2)
