"""Statistics for others: of what is over, nothing small, nothing exact, and nothing that moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from kernel.clock import SetClock
from tests.reports.office import refusal
from tests.tips.desk import Desk
from tests.tips.process import body_of

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("nobody_watches")]

OVER = datetime(2025, 6, 20, 2, tzinfo=UTC)
"""After the second quarter of periodic reports (15/3 to 14/6)."""


async def asked(desk: Desk, **query: Any) -> httpx.Response:
    """Ask from far away, with no right to any tip."""
    headers = desk.tokens.bearer("tips:statistics", unit="38")
    return await desk.client.get(
        "/v1/tips/statistics", params={"unit": "60", "period": "2025-Q2"} | query, headers=headers
    )


async def told(desk: Desk, **query: Any) -> dict[str, Any]:
    """Return all that is said, by each breakdown."""
    answers = [await asked(desk, by=by, **query) for by in ("channel", "category", "standing")]
    assert [answer.status_code for answer in answers] == [200] * 3
    (received,) = {answer.json()["received"] for answer in answers}
    lines = (line for answer in answers for line in answer.json()["lines"])
    return {"received": received} | {line["place"]: line["received"] for line in lines}


async def a_quarter(desk: Desk, clock: SetClock, *, letters: int = 0) -> dict[str, list[str]]:
    """Receive tips: 11 are transferred late, 12 not accepted, 13 run, and some came by another channel."""
    late = [await desk.entered() for _ in range(11)]
    clock.advance(timedelta(hours=30))
    for tip in late:
        await desk.done(tip, "classify", category="crime_report")
        await desk.done(tip, "transfer", **body_of("transfer", to="38"))
    refused = [await desk.entered() for _ in range(12)]
    for tip in refused:
        await desk.done(tip, "classify", category="complaint")
        await desk.done(tip, "not_accept", ground="nhầm")
    running = [await desk.entered(unit="593") for _ in range(13)]
    for tip in running:
        await desk.done(tip, "classify", category="denunciation")
    for _ in range(letters):
        await desk.entered(channel="letter")
    return {"late": late, "refused": refused, "running": running}


SAID = {
    "received": 40,
    "visitor": 40,
    "crime_report": 10,
    "complaint": 10,
    "denunciation": 10,
    "handled_late": 10,
    "handled_in_time": 10,
    "running": 10,
}


@pytest.mark.parametrize("letters", [0, 9])
async def test_what_is_small_is_counted_nowhere_so_that_nothing_tells_whether_it_is_there(
    province: Desk, clock: SetClock, letters: int
) -> None:
    await a_quarter(province, clock, letters=letters)
    clock.set(OVER)

    assert await told(province) == SAID
    assert await told(province, unit="38") == {"received": None}


async def test_nothing_that_is_done_later_moves_what_is_said(
    province: Desk, desk: Callable[[str], Desk], clock: SetClock
) -> None:
    tips = await a_quarter(province, clock)
    clock.set(OVER)
    before = await told(province)
    for number in range(13):
        tip = tips["running"][number]
        await province.done(tip, "reclassify", **body_of("reclassify", category="feedback"))
        await province.done(tip, "not_accept", ground="nhầm")
        assert await told(province) == before, number
    for tip in tips["late"]:
        await desk("38").done(tip, "classify", category="feedback")
        await desk("38").done(tip, "not_accept", ground="nhầm")
    for _ in range(10):
        await province.entered(channel="letter")
    clock.set(datetime(2025, 7, 2, 2, tzinfo=UTC))  # the province is merged into another one

    assert before == await told(province) == SAID
    assert refusal(await asked(province, unit="60", period="2025-Q3")) == (422, "period_not_over")


async def test_what_was_handled_in_time_stays_so_whatever_is_told_too_late(province: Desk, clock: SetClock) -> None:
    handled = [await province.entered() for _ in range(10)]
    for tip in handled:
        await province.done(tip, "classify", category="crime_report")
        await province.done(tip, "assign", **body_of("assign", to="60"))
        await province.done(tip, "resolve", **body_of("resolve"))
    clock.set(OVER)
    before = await told(province)
    for tip in handled:
        await province.done(tip, "notify", **body_of("notify", notice="receipt", to=["procuracy", "informant"]))

    assert before == await told(province)
    assert before == {"received": 10, "visitor": 10, "crime_report": 10, "handled_in_time": 10}


async def test_statistics_are_of_quarters_and_provinces_which_share_nothing(province: Desk, clock: SetClock) -> None:
    clock.set(OVER)
    periods = ("2025", "1900-2024", "2025-05", "2025-H1", "2024-9M", "flash:a")
    nested = [refusal(await asked(province, period=period)) for period in periods]
    units = [refusal(await asked(province, unit=unit)) for unit in ("593", "60.CA", "VN")]

    assert nested == [(422, "period_not_offered")] * 6
    assert units == [(422, "unit_not_offered")] * 3
    assert refusal(await asked(province, unit="99999")) == (422, "unit_unknown")
    assert refusal(await asked(province, period="2025-Q7")) == (422, "unreadable_period")


async def test_statistics_are_of_what_has_been_over_for_a_day(province: Desk, clock: SetClock) -> None:
    headers = province.tokens.bearer("tips:read", unit="60")
    without = await province.client.get("/v1/tips/statistics?unit=60&period=2024-Q2", headers=headers)
    clock.set(datetime(2025, 6, 15, 16, 59, tzinfo=UTC))
    too_early = await asked(province)
    clock.advance(timedelta(minutes=1))
    over = (await asked(province)).json()

    assert refusal(without) == (403, "scope_missing")
    assert refusal(too_early) == (422, "period_not_over")
    assert (over["from_on"], over["until_on"], over["as_of"]) == ("2025-03-15", "2025-06-15", "2025-06-14T17:00:00Z")
    assert (over["received"], over["lines"]) == (None, [])
