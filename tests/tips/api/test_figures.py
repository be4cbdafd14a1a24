"""Figures of tips: by whatever they are broken down, handled and running add up to what was received."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from kernel.clock import SetClock
from tests.reports.office import refusal
from tests.tips.desk import Desk
from tests.tips.process import body_of

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("nobody_watches")]

WAYS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "runs": [],
    "classified": [("classify", {"category": "denunciation"})],
    "not_accepted": [("classify", {"category": "complaint"}), ("not_accept", {})],
    "transferred": [("classify", {"category": "crime_report"}), ("transfer", {"to": "38"})],
    "handed over": [("classify", {"category": "feedback"}), ("hand_over", {}), ("close", {})],
    "accepted": [("classify", {"category": "feedback"}), ("assign", {})],
    "resolved": [("classify", {"category": "feedback"}), ("assign", {}), ("resolve", {})],
}
COUNTS = ("handled_in_time", "handled_late", "running_in_time", "running_late")
GROUND = body_of("suspend")["ground"]


async def a_season(desk: Desk, clock: SetClock) -> list[dict[str, str]]:
    """Receive tips at units and by channels drawn at random, treat each in one way; return what is known of each."""
    dice, known = Random(7), []  # noqa: S311 - a season that is made up
    for way in [*WAYS, *WAYS]:
        unit, channel = dice.choice(["593", "60"]), dice.choice(["phone", "letter"])
        month = str(clock.now() + timedelta(hours=7))[:7]
        tip = await desk.entered(unit=unit, channel=channel)
        category = "unclassified"
        is_slow = dice.random() < 0.5
        if is_slow:
            clock.advance(timedelta(hours=30))
        for act, said in WAYS[way]:
            category = said.get("category", category)
            today = str(clock.now() + timedelta(hours=7))[:10]
            own = {"assign": {"to": unit}, "hand_over": {"received_on": today}}.get(act, {})
            await desk.done(tip, act, **body_of(act, **said, **own))
        is_late = is_slow and (way in {"transferred", "runs"})
        known.append(
            {"unit": unit, "channel": channel, "category": category, "month": month, "way": way, "late": str(is_late)}
        )
        clock.advance(timedelta(hours=2))
    return known


def standing(one: dict[str, str]) -> str:
    """Return where a tip is counted at last, once everything that can be late is."""
    is_handled = one["way"] in {"not_accepted", "transferred", "handed over", "resolved"}
    is_late = one["late"] == "True" or one["way"] in {"runs", "classified"}
    return f"{'handled' if is_handled else 'running'}_{'late' if is_late else 'in_time'}"


@pytest.mark.parametrize(
    "by", [["unit"], ["channel"], ["category"], ["month"], ["unit", "channel", "category", "month"]]
)
async def test_each_breakdown_is_what_was_received_counted_one_by_one(
    province: Desk, clock: SetClock, by: list[str]
) -> None:
    clock.set(datetime(2025, 4, 28, 2, tzinfo=UTC))
    known = await a_season(province, clock)
    clock.set(datetime(2025, 6, 10, 2, tzinfo=UTC))

    figures = await province.read("/v1/tips/figures", by=by)

    places = [tuple(one[name] for name in by) for one in known]
    received = Counter(places)
    assert {tuple(one["place"][name] for name in by): one["received"] for one in figures["lines"]} == received
    stands = Counter((place, standing(one)) for place, one in zip(places, known, strict=True))
    assert stands == Counter(
        {
            (tuple(line["place"][name] for name in by), name_): line[name_]
            for line in figures["lines"]
            for name_ in COUNTS
            if line[name_]
        }
    )
    for line in (*figures["lines"], figures["total"]):
        assert sum(line[name] for name in COUNTS) == line["received"]
    ways = Counter(one["way"] for one in known)
    total = figures["total"]
    assert (total["received"], total["classified"]) == (len(known), len(known) - ways["runs"])
    assert total["accepted"] == ways["accepted"] + ways["resolved"]
    assert total["resolved"] == ways["resolved"]
    assert total["transferred"] == ways["transferred"] + ways["handed over"]
    assert (total["not_accepted"], total["closed"]) == (ways["not_accepted"], ways["handed over"])


async def test_figures_are_a_table_too_and_of_the_days_and_units_that_were_asked_for(
    province: Desk, desk: Callable[[str], Desk], clock: SetClock
) -> None:
    await province.entered(unit="593")
    clock.advance(timedelta(days=1))
    await province.entered(unit="60")

    answer = await province.client.get("/v1/tips/figures", headers=province.headers(Accept="text/csv"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    below = await province.read("/v1/tips/figures", unit="593")
    second_day = await province.read("/v1/tips/figures", from_on="2025-04-19")
    elsewhere = await desk("38").get("/v1/tips/figures", unit="60")

    assert [(row["unit"], row["received"], row["running_late"]) for row in rows] == [
        ("593", "1", "1"),
        ("60", "1", "0"),
    ]
    assert (below["total"]["received"], second_day["total"]["received"]) == (1, 1)
    assert [one["place"] for one in second_day["lines"]] == [{"unit": "60"}]
    assert refusal(elsewhere) == (403, "unit_outside")


async def test_a_tip_of_a_unit_that_is_gone_counts_for_its_successor(
    province: Desk, desk: Callable[[str], Desk], clock: SetClock
) -> None:
    await province.entered(unit="593")
    clock.set(datetime(2025, 7, 2, 2, tzinfo=UTC))

    figures = await desk("68").read("/v1/tips/figures")

    assert [(one["place"]["unit"], one["received"]) for one in figures["lines"]] == [("22945", 1)]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_day_whose_bounds_are_no_instants_is_refused(province: Desk, day: str) -> None:
    answers = [await province.get("/v1/tips/figures", **{name: day}) for name in ("from_on", "until_on")]

    assert [refusal(one) for one in answers] == [(422, "input_invalid")] * 2
    assert answers[0].json()["errors"][0]["code"] == "day_out_of_range"
