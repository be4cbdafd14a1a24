"""Indicators on support: looked up in what was released, never summed."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.events.referrals import StatisticsReleased
from kernel.clock import SetClock
from tests.reports.board.promises import cell, premises, verdict
from tests.reports.builders import a_plan, at
from tests.reports.office import Office, PlansOffice
from tests.reports.told import SERVED, released

LATER = "2026-01-01T00:00:00+07:00"
UNKNOWN = {"n": None, "d": None}


def support_plan(**changed: Any) -> Any:
    """Return a plan that promises support to 60 per cent of those who need it."""
    return a_plan(indicators=[SERVED | changed])


async def found(office: Office, **query: Any) -> Any:
    """Return the indicator on support."""
    return await cell(office, SERVED["code"], **({"as_of": LATER} | query))


@pytest.mark.asyncio
@pytest.mark.parametrize(("served", "expected"), [(39, "met"), (38, "not_met")])
async def test_what_was_released_for_the_unit_and_the_period_is_judged(
    plans: PlansOffice, province: Office, served: int, expected: str
) -> None:
    await plans.issue(support_plan())
    await plans.tell(released(served, 64))

    shown = await found(province)

    assert (shown["verdict"], shown["value"]) == (expected, {"n": served, "d": 64})
    assert shown["coverage"] == {"counted": 0, "expected": 0, "missing": [], "missing_more": 0}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "other",
    [
        released(unit="593"),
        released(unit="VN"),
        released(period="2025-H1"),
        released(period="2024"),
        released(elements=["support.served"], figures={"support.served": 43}),
        released(occurred_at=at("2026-01-02")),
    ],
    ids=["below", "above", "shorter", "year before", "one element", "later"],
)
async def test_what_was_released_of_anything_else_is_no_figure(
    plans: PlansOffice, province: Office, other: StatisticsReleased
) -> None:
    await plans.issue(support_plan())
    await plans.tell(other)

    shown = await found(province)

    assert (shown["verdict"], shown["reason"], shown["value"]) == ("no_data", "no_statistics_released", UNKNOWN)


@pytest.mark.asyncio
async def test_what_is_suppressed_has_a_verdict_of_its_own_and_no_figure(plans: PlansOffice, province: Office) -> None:
    await plans.issue(support_plan())
    await plans.tell(released(None, None))

    shown = await found(province)

    assert (shown["verdict"], shown["reason"], shown["value"]) == ("suppressed", None, UNKNOWN)


@pytest.mark.asyncio
async def test_without_a_threshold_it_is_not_judged_even_if_it_is_suppressed(
    plans: PlansOffice, province: Office
) -> None:
    await plans.issue(support_plan(measure=SERVED["measure"] | {"target": None}))
    await plans.tell(released(None, None))

    assert await verdict(province, SERVED["code"], as_of=LATER) == ("not_judged", "no_threshold")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("if_any", "expected"), [(True, ("not_applicable", None)), (False, ("not_judged", "empty_population"))]
)
async def test_where_nobody_needs_support_the_plan_says_what_that_means(
    plans: PlansOffice, province: Office, if_any: bool, expected: tuple[str, str | None]
) -> None:
    await plans.issue(support_plan(if_any=if_any))
    await plans.tell(released(0, 0))

    assert await verdict(province, SERVED["code"], as_of=LATER) == expected


@pytest.mark.asyncio
async def test_of_several_releases_the_latest_by_then_is_shown(
    plans: PlansOffice, province: Office, clock: SetClock
) -> None:
    await plans.issue(support_plan())
    await plans.tell(released(40, 64, occurred_at=at("2025-06-20")))
    known_at = (await province.read("/v1/indicators", plan="binh-thuan-2025"))["standpoint"]["known_at"]
    clock.set(at("2025-04-17"))
    await plans.tell(released(30, 64, occurred_at=at("2025-06-25")), released(50, 64, occurred_at=at("2025-06-22")))

    values = {
        day: (await found(province, as_of=f"2025-06-{day}T09:00:00+07:00"))["value"]["n"] for day in (19, 20, 22, 25)
    }

    assert values == {19: None, 20: 40, 22: 50, 25: 30}
    assert (await found(province, known_at=known_at))["value"]["n"] == 40


@pytest.mark.asyncio
async def test_a_release_of_another_group_does_not_hide_this_one(plans: PlansOffice, province: Office) -> None:
    victims = {"support.victims.served": 3, "support.victims.eligible": 12}
    await plans.issue(support_plan())
    await plans.tell(released(43, 64), released(elements=list(victims), figures=victims, occurred_at=at("2025-06-21")))

    assert (await found(province))["value"] == {"n": 43, "d": 64}


@pytest.mark.asyncio
async def test_reports_are_never_summed_for_it(plans: PlansOffice, province: Office, accepted: Any) -> None:
    share = SERVED["measure"] | {"numerator": ["premises.inspected"], "denominator": ["premises.total"]}
    await plans.issue(support_plan(measure=share))
    await accepted("593", premises(9))

    assert (await found(province))["value"] == UNKNOWN


@pytest.mark.asyncio
async def test_a_count_of_persons_is_looked_up_too(plans: PlansOffice, province: Office) -> None:
    count = {"measure": "count", "value": ["support.served"], "target": {"at_least": 43}}
    await plans.issue(support_plan(measure=count))
    await plans.tell(released(43, 64))

    assert await verdict(province, SERVED["code"], as_of=LATER) == ("met", None)


@pytest.mark.asyncio
async def test_a_release_for_a_unit_that_is_not_known_yet_breaks_no_answer(
    plans: PlansOffice, province: Office
) -> None:
    await plans.issue(support_plan())
    await plans.tell(released(unit="596"))

    assert (await found(province))["verdict"] == "no_data"


@pytest.mark.asyncio
async def test_the_instant_of_a_release_gives_another_answer_though_nothing_was_written(
    plans: PlansOffice, province: Office, clock: SetClock
) -> None:
    await plans.issue(support_plan())
    await plans.tell(released(occurred_at=at("2025-06-20")))
    clock.set(at("2025-06-20", "08:59:59"))
    before = await province.get("/v1/indicators", {"plan": "binh-thuan-2025"})
    clock.set(at("2025-06-20", "09:00:00"))

    after = await province.get("/v1/indicators", {"plan": "binh-thuan-2025"})

    assert [one.json()["indicators"][0]["verdict"] for one in (before, after)] == ["no_data", "met"]
    assert before.headers["etag"] != after.headers["etag"]


@pytest.mark.asyncio
async def test_the_explanation_names_the_release(plans: PlansOffice, province: Office) -> None:
    release = released(43, 64)
    cell = {"plan": "binh-thuan-2025", "indicator": SERVED["code"], "period": "2025", "as_of": LATER}
    await plans.issue(support_plan())
    silent = await province.read("/v1/explanations/indicator", **cell)
    await plans.tell(release)

    shown = await province.read("/v1/explanations/indicator", **cell)
    english = (await province.get("/v1/explanations/indicator", cell, Accept_Language="en")).json()

    assert (silent["release"], silent["because"]) == (None, "Chưa có số liệu: chưa công bố thống kê hỗ trợ.")
    assert shown["release"] == {"release_id": str(release.release_id), "occurred_at": "2025-06-20T02:00:00Z"}
    assert shown["because"] == "43/64 đạt ngưỡng ≥ 60 %. Theo thống kê hỗ trợ công bố lúc 09:00:00 20/06/2025."
    assert english["because"] == ("43 of 64 reaches ≥ 60 %. By the support statistics released at 09:00:00 20/06/2025.")
    assert shown["units"] == []
