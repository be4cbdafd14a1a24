"""Which promise is kept, at any instant."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.clock import SetClock
from runtime.http.tables import Form
from tests.reports.board.promises import COUNT, GROWTH, POSTS, SHARE, cell, measured, premises, verdict
from tests.reports.builders import DISTRICTS, HALF_YEAR, QUARTER, YEAR, a_plan, an_indicator, at
from tests.reports.office import Office, PlansOffice
from tests.reports.tables import AS_TABLES, table

BEFORE_DUE, AFTER_DUE = "2025-12-14T16:59:59Z", "2025-12-14T17:00:00Z"


@pytest.mark.asyncio
async def test_nothing_is_said_before_there_are_figures(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan())

    found = await cell(province)

    assert (found["verdict"], found["reason"]) == ("no_data", "no_figures_yet")
    assert found["value"] == {"n": None, "d": None}
    assert found["target"] == {"at_least": 20, "at_most": None}
    assert [unit["code"] for unit in found["coverage"]["missing"]] == list(DISTRICTS)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("inspected", "instant", "expected"),
    [(2, BEFORE_DUE, "on_track"), (1, BEFORE_DUE, "at_risk"), (2, AFTER_DUE, "incomplete")],
)
async def test_while_reports_are_missing_the_figures_so_far_are_judged_until_all_were_due(
    plans: PlansOffice, province: Office, accepted: Any, inspected: int, instant: str, expected: str
) -> None:
    await plans.issue(a_plan())
    await accepted("594", premises(inspected))

    found = await cell(province, as_of=instant)

    assert (found["verdict"], found["reason"]) == (expected, None)
    assert found["value"] == {"n": inspected, "d": 9}
    assert (found["coverage"]["counted"], found["coverage"]["expected"]) == (1, 3)
    assert [unit["code"] for unit in found["coverage"]["missing"]] == ["593", "595"]


@pytest.mark.asyncio
@pytest.mark.parametrize(("inspected", "expected"), [(2, "met"), (1, "not_met")])
async def test_with_all_reports_a_share_is_met_or_not(
    plans: PlansOffice, province: Office, accepted: Any, inspected: int, expected: str
) -> None:
    await plans.issue(a_plan())
    for unit in DISTRICTS:
        await accepted(unit, premises(inspected))

    found = await cell(province)

    assert (found["verdict"], found["value"]) == (expected, {"n": 3 * inspected, "d": 27})
    assert (found["provisional"], found["coverage"]["missing"]) == (False, [])


@pytest.mark.asyncio
async def test_a_unit_is_judged_by_its_own_figures(plans: PlansOffice, province: Office, accepted: Any) -> None:
    await plans.issue(a_plan())
    await accepted("593", premises(9))
    await accepted("594", premises(0))

    own = [await verdict(province, unit=unit) for unit in ("593", "594", "595")]

    assert own == [("met", None), ("not_met", None), ("no_data", "no_figures_yet")]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("if_any", "expected"), [(True, ("not_applicable", None)), (False, ("not_judged", "empty_population"))]
)
async def test_where_there_is_nobody_to_count_the_plan_says_what_that_means(
    plans: PlansOffice, province: Office, accepted: Any, if_any: bool, expected: tuple[str, str | None]
) -> None:
    await plans.issue(a_plan(indicators=[an_indicator(SHARE, if_any=if_any)]))
    for unit in DISTRICTS:
        await accepted(unit, premises(0, total=0))

    assert await verdict(province) == expected


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"measure": GROWTH}, "baseline_unknown"),
        ({"measure": GROWTH | {"baseline_value": 0}}, "baseline_zero"),
        ({"measure": {"measure": "count", "value": ["activities.held"]}}, "no_threshold"),
        ({"measure": {"measure": "narrative"}}, "awaiting_receiver"),
    ],
)
async def test_what_the_plan_leaves_open_is_not_judged(
    plans: PlansOffice, province: Office, accepted: Any, changed: dict[str, Any], reason: str
) -> None:
    await plans.issue(a_plan(indicators=[an_indicator("open", **changed)]))
    await accepted("593", {"activities.held": 4})

    assert await verdict(province, "open") == ("not_judged", reason)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("source", "reason"), [("tips", "tips_service_silent"), ("referrals", "no_statistics_released")]
)
async def test_figures_of_other_services_are_awaited(
    plans: PlansOffice, province: Office, accepted: Any, source: str, reason: str
) -> None:
    await plans.issue(a_plan(indicators=[an_indicator(SHARE, source=source)]))
    await accepted("593", premises(2))

    found = await cell(province)

    assert (found["verdict"], found["reason"]) == ("no_data", reason)
    assert found["own_books"] == ({"n": 2, "d": 9} if source == "tips" else None)


@pytest.mark.asyncio
async def test_a_count_adds_up_over_units(plans: PlansOffice, province: Office, accepted: Any) -> None:
    await plans.issue(a_plan(indicators=[measured("activities", COUNT)]))
    for unit, held in zip(DISTRICTS, (4, 5, 0), strict=True):
        await accepted(unit, {"activities.held": held} if held else {})

    found = await cell(province, "activities")

    assert (found["verdict"], found["value"]) == ("not_met", {"n": 9, "d": 1})


@pytest.mark.asyncio
@pytest.mark.parametrize(("held", "expected"), [(102, "not_met"), (103, "met"), (140, "met")])
async def test_growth_is_compared_with_its_baseline_and_beyond_the_band_is_met(
    plans: PlansOffice, province: Office, accepted: Any, held: int, expected: str
) -> None:
    rule = YEAR | {"reporters": {"units": ["593"]}, "reporter_ids": YEAR["reporter_ids"][:1]}
    await plans.issue(a_plan(rules=[rule], indicators=[measured("growth", GROWTH | {"baseline_value": 100})]))
    await accepted("593", {"activities.held": held})

    assert await verdict(province, "growth") == (expected, None)


@pytest.mark.asyncio
async def test_what_must_happen_each_month_is_met_if_every_unit_keeps_it(
    plans: PlansOffice, province: Office, accepted: Any
) -> None:
    await plans.issue(
        a_plan(rules=[QUARTER], indicators=[measured("posts", POSTS, period="quarter", area="communication")])
    )
    kept = {"posts.published": {"2025-04": 1, "2025-05": 2, "2025-06": 1}}
    for unit in DISTRICTS[:2]:
        await accepted(unit, kept, "r1-quarter", "2025-Q2")
    missed = kept | {"posts.published": {"2025-04": 1, "2025-05": 0, "2025-06": 4}}
    await accepted("595", missed, "r1-quarter", "2025-Q2")

    found = await cell(province, "posts", "2025-Q2", as_of="2025-07-01T00:00:00Z")

    assert (found["verdict"], found["value"]) == ("not_met", {"n": 2, "d": 3})
    assert await verdict(province, "posts", "2025-Q2", unit="593", as_of="2025-07-01T00:00:00Z") == ("met", None)


@pytest.mark.asyncio
async def test_a_milestone_is_met_by_a_report_in_time_and_missed_at_midnight(
    plans: PlansOffice, district: Office, accepted: Any, clock: SetClock
) -> None:
    done = {"measure": "milestone", "element": "activities.held", "done_by": "2025-05-30"}
    rule = HALF_YEAR | {"reporters": {"units": ["593"]}, "reporter_ids": HALF_YEAR["reporter_ids"][:1]}
    await plans.issue(a_plan(rules=[rule], indicators=[measured("done", done, period="half_year")]))
    await accepted("593", {"activities.held": 0}, "r1-half-year", "2025-H1")

    clock.set(at("2025-05-30", "23:59:59"))
    waiting = await district.get("/v1/indicators", {"plan": "binh-thuan-2025", "unit": "593"})
    clock.set(at("2025-05-31", "00:00:00"))
    missed = await district.get("/v1/indicators", {"plan": "binh-thuan-2025", "unit": "593"})

    assert [one.json()["indicators"][0]["verdict"] for one in (waiting, missed)] == ["at_risk", "not_met"]
    assert waiting.headers["etag"] != missed.headers["etag"]


@pytest.mark.asyncio
async def test_units_that_keep_all_conditions_are_counted(plans: PlansOffice, province: Office, accepted: Any) -> None:
    meeting = {
        "measure": "units_meeting",
        "conditions": [{"element": "activities.held", "at_least": 2}, {"issued_plan": True}],
        "population": {"under": "60", "kinds": ["district"]},
        "population_ids": YEAR["reporter_ids"],
        "target": {"at_least": 50},
    }
    await plans.issue(a_plan(indicators=[measured("districts", meeting, area="governance")]))
    own = {"issuer": "593", "issuer_id": str(YEAR["reporter_ids"][0]), "rules": [], "indicators": []}
    superior = [{"symbol": "1643/KH-UBND", "plan_slug": "binh-thuan-2025"}]
    await plans.issue(
        a_plan(plan_id="5b8f0f2e-9999-5222-8333-b1a2c3d4e5f6", slug="phan-thiet", superior_plans=superior, **own)
    )
    for unit, held in zip(DISTRICTS, (2, 5, 1), strict=True):
        await accepted(unit, {"activities.held": held})

    found = await cell(province, "districts", as_of="2026-01-01T00:00:00Z")

    assert (found["verdict"], found["value"]) == ("not_met", {"n": 1, "d": 3})


@pytest.mark.asyncio
async def test_before_a_plan_is_in_force_it_promises_nothing(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan())

    board = await province.read("/v1/indicators", plan="binh-thuan-2025", as_of="2025-04-17T16:59:59Z")

    assert (board["version"], board["indicators"]) == (None, [])


@pytest.mark.asyncio
@pytest.mark.parametrize("form", AS_TABLES)
async def test_the_table_says_what_json_says(plans: PlansOffice, province: Office, accepted: Any, form: Form) -> None:
    await plans.issue(a_plan(indicators=[an_indicator(SHARE), measured("growth", GROWTH)]))
    await accepted("593", premises(2))
    json = (await province.read("/v1/indicators", plan="binh-thuan-2025"))["indicators"]

    answer = await province.get("/v1/indicators", {"plan": "binh-thuan-2025"}, Accept=form)

    def text(value: Any) -> str:
        return "" if value is None else str(value)

    assert [tuple(row.values()) for row in table(answer)] == [
        (
            one["code"],
            one["name"],
            one["period"],
            one["verdict"],
            text(one["reason"]),
            text(one["value"]["n"]),
            text(one["value"]["d"]),
            text(one["target"]["at_least"]),
            text(one["target"]["at_most"]),
            text(one["coverage"]["counted"]),
            text(one["coverage"]["expected"]),
            *("", "", "", ""),
        )
        for one in json
    ]
