"""Which promise is kept, at any instant."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from kernel.clock import SetClock
from tests.reports.builders import DISTRICTS, HALF_YEAR, NINE_MONTHS, POLICE, QUARTER, YEAR, a_plan, an_indicator, at
from tests.reports.office import Office, PlansOffice, cover, refusal

SHARE = "premises.share"
BEFORE_DUE, AFTER_DUE = "2025-12-14T16:59:59Z", "2025-12-14T17:00:00Z"
ALL_RULES = [QUARTER, HALF_YEAR, NINE_MONTHS, YEAR]


def premises(inspected: int, total: int = 9) -> dict[str, int]:
    """Return figures for the share of premises inspected."""
    return {"premises.inspected": inspected, "premises.total": total}


def measured(code: str, measure: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Return an indicator with a measure."""
    return an_indicator(code, measure=measure, **changed)


COUNT = {"measure": "count", "value": ["activities.held"], "target": {"at_least": 10}}
GROWTH = {"measure": "growth", "value": ["activities.held"], "target": {"at_least": 3, "at_most": 5}}
POSTS = {"measure": "frequency", "element": "posts.published", "target": {"at_least": 1}}


async def cell(office: Office, code: str = SHARE, period: str = "2025", **query: Any) -> Any:
    """Return one indicator over one period."""
    shown = (await office.read("/v1/indicators", plan="binh-thuan-2025", **query))["indicators"]
    return next(one for one in shown if (one["code"], one["period"]) == (code, period))


async def verdict(office: Office, code: str = SHARE, period: str = "2025", **query: Any) -> tuple[str, str | None]:
    """Return what is said of an indicator, and why nothing can be."""
    found = await cell(office, code, period, **query)
    return found["verdict"], found["reason"]


@pytest.fixture
def accepted(office: Callable[[str], Office], health: Office) -> Any:
    """Send a district's report on the year, or another period, and accept it."""

    async def send(unit: str, figures: dict[str, Any], rule: str = "r1-year", period: str = "2025") -> str:
        path = await office(unit).reported(cover(rule, period, figures))
        await health.accept(path)
        return path

    return send


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
async def test_figures_count_when_they_are_accepted_or_as_they_are_sent(
    plans: PlansOffice, province: Office, district: Office, health: Office, accepted: Any
) -> None:
    await plans.issue(a_plan())
    path = await accepted("593", premises(2))
    await district.create(f"{path}/versions", {"covers": [cover("r1-year", "2025", premises(5))]})

    values = {basis: (await cell(province, basis=basis))["value"]["n"] for basis in ("accepted", "submitted")}
    await health.review(path, "return", reason="Chưa rõ")
    returned = (await cell(province, basis="submitted"))["value"]["n"]

    assert (values, returned) == ({"accepted": 2, "submitted": 5}, 2)
    assert refusal(await province.get("/v1/indicators", {"plan": "binh-thuan-2025", "basis": "guessed"}))[0] == 422


@pytest.mark.asyncio
async def test_until_the_years_report_is_in_the_shorter_ones_speak(
    plans: PlansOffice, province: Office, accepted: Any
) -> None:
    await plans.issue(a_plan(rules=ALL_RULES, indicators=[measured("activities", COUNT), an_indicator(SHARE)]))
    await accepted("593", premises(3) | {"activities.held": 6}, "r1-half-year", "2025-H1")
    await accepted("593", {"activities.held": 4} | premises(2), "r1-quarter", "2025-Q3")

    activities, share = await cell(province, "activities"), await cell(province)

    # Without nine months the half-year stands alone: what came after it adds up only to a report of nine months.
    assert (activities["value"]["n"], activities["provisional"], activities["verdict"]) == (6, True, "at_risk")
    assert (share["value"], share["provisional"]) == ({"n": 3, "d": 9}, True)
    assert activities["coverage"]["counted"] == 0

    await accepted("593", {"activities.held": 8} | premises(4), "r1-nine-months", "2025-9M")
    nine = await cell(province, "activities")
    await accepted("593", {"activities.held": 12} | premises(5), "r1-year", "2025")
    year = await cell(province, "activities")

    assert (nine["value"]["n"], nine["provisional"]) == (8, True)
    assert (year["value"]["n"], year["provisional"], year["coverage"]["counted"]) == (12, False, 1)


@pytest.mark.asyncio
async def test_a_police_figure_is_summed_and_a_districts_own_is_only_shown(
    plans: PlansOffice, province: Office, office: Callable[[str], Office], health: Office, accepted: Any
) -> None:
    offences = {"measure": "count", "value": ["offences.handled"], "target": {"at_least": 1}}
    police = POLICE | {"code": "r2-year", "frequency": "year", "due": {"bound": "before", "day": 15}}
    await plans.issue(a_plan(rules=[YEAR, police], indicators=[measured("offences", offences)]))
    await accepted("593", {"offences.handled": 7, "activities.held": 1})
    path = await office("60.CA").reported(cover("r2-year", "2025", {"offences.handled": 4}))
    await health.accept(path)

    found = await cell(province, "offences")

    assert (found["value"]["n"], found["coverage"]["expected"]) == (4, 1)


@pytest.mark.asyncio
async def test_a_threshold_binds_as_of_the_periods_end_and_once_it_is_in_force(
    plans: PlansOffice, office: Callable[[str], Office], accepted: Any, clock: SetClock
) -> None:
    by_quarter = an_indicator(SHARE, period="quarter")
    plan = await plans.issue(a_plan(rules=[QUARTER], indicators=[by_quarter]))
    clock.set(at("2025-06-10"))
    for unit in DISTRICTS:
        await accepted(unit, premises(3), "r1-quarter", "2025-Q2")
        await accepted(unit, premises(3), "r1-quarter", "2025-Q3")
    stricter = by_quarter | {"measure": by_quarter["measure"] | {"target": {"at_least": 50}}}

    await plans.amend(plan, effective_on="2025-08-01", indicators=[stricter])

    nation, later = office("VN"), "2025-08-01T00:00:00Z"
    targets = {
        (period, instant): (await cell(nation, period=period, as_of=instant))["target"]["at_least"]
        for period in ("2025-Q2", "2025-Q3")
        for instant in ("2025-07-31T16:59:59Z", later)
    }
    assert targets == {
        ("2025-Q2", "2025-07-31T16:59:59Z"): 20,
        ("2025-Q2", later): 20,
        ("2025-Q3", "2025-07-31T16:59:59Z"): 20,
        ("2025-Q3", later): 50,
    }
    assert await verdict(nation, period="2025-Q3", as_of=later) == ("not_met", None)


@pytest.mark.asyncio
async def test_figures_under_a_rule_that_was_dropped_still_count(
    plans: PlansOffice, province: Office, accepted: Any
) -> None:
    plan = await plans.issue(a_plan(rules=[YEAR, HALF_YEAR]))
    await accepted("593", premises(3), "r1-half-year", "2025-H1")

    await plans.amend(plan, rules=[YEAR], elements=[one for one in plan.elements if one.code != "posts.published"])

    assert (await cell(province))["value"] == {"n": 3, "d": 9}


@pytest.mark.asyncio
async def test_an_indicator_of_a_closed_period_is_judged_by_elements_that_are_gone(
    plans: PlansOffice, office: Callable[[str], Office], accepted: Any, clock: SetClock
) -> None:
    meeting = {
        "measure": "units_meeting",
        "conditions": [{"element": "activities.held"}],
        "population": {"units": list(DISTRICTS)},
        "population_ids": YEAR["reporter_ids"],
        "target": {"at_least": 50},
    }
    plan = await plans.issue(a_plan(rules=[QUARTER], indicators=[measured("active", meeting, period="quarter")]))
    await accepted("593", {"activities.held": 2}, "r1-quarter", "2025-Q2")
    clock.set(at("2025-08-01"))
    changed = measured("active", meeting | {"conditions": [{"element": "premises.total"}]}, period="quarter")

    await plans.amend(
        plan,
        effective_on="2025-08-01",
        indicators=[changed],
        elements=[one for one in plan.elements if one.code != "activities.held"],
    )

    found = await cell(office("VN"), "active", "2025-Q2")
    assert (found["verdict"], found["value"]) == ("incomplete", {"n": 1, "d": 1})


@pytest.mark.asyncio
async def test_a_promise_over_a_programme_is_judged_by_its_last_year(
    plans: PlansOffice, province: Office, accepted: Any
) -> None:
    since = {"code": "premises.inspected-since", "name": "Từ năm 2021", "kind": "cumulative", "since": "programme"}
    once = {
        "measure": "ratio",
        "numerator": ["premises.inspected-since"],
        "denominator": ["premises.total"],
        "target": {"at_least": 100},
    }
    await plans.issue(
        a_plan(
            elements=[since, {"code": "premises.total", "name": "Cơ sở", "kind": "stock"}],
            indicators=[measured("once", once, period="programme")],
        )
    )
    for unit in DISTRICTS:
        await accepted(unit, {"premises.inspected-since": 9, "premises.total": 9})

    assert await verdict(province, "once", "2025") == ("met", None)


@pytest.mark.asyncio
@pytest.mark.parametrize(("population", "expected"), [("frozen", 1), ("as_of", 2)])
async def test_a_population_is_that_of_the_issue_or_of_the_issuers_last_day(
    plans: PlansOffice, office: Callable[[str], Office], population: str, expected: int
) -> None:
    # The plan was issued for one district; on the province's last day two are meant.
    meeting = {
        "measure": "units_meeting",
        "conditions": [{"element": "activities.held"}],
        "population": {"units": ["593", "594"]},
        "population_ids": YEAR["reporter_ids"][:1],
        "target": {"at_least": 50},
    }
    await plans.issue(a_plan(indicators=[measured("active", meeting, population=population)]))

    found = await cell(office("VN"), "active", as_of="2026-01-01T00:00:00Z")

    assert found["coverage"]["expected"] == expected


@pytest.mark.asyncio
async def test_what_successors_send_counts_at_the_old_units_place_or_at_their_own(
    plans: PlansOffice, office: Callable[[str], Office], clock: SetClock
) -> None:
    await plans.issue(a_plan())
    clock.set(at("2025-12-01"))
    path = await office("22945").reported(cover("r1-year", "2025", premises(3)), unit="593")
    await office("68.SYT").accept(path)
    lam_dong = office("68")

    then = await cell(lam_dong, unit="593")
    now = await cell(lam_dong, unit="22945", tree="now")
    elsewhere = await cell(lam_dong, unit="23235", tree="now")

    assert then["value"] == now["value"] == {"n": 3, "d": 9}
    assert elsewhere["value"] == {"n": None, "d": None}


@pytest.mark.asyncio
async def test_before_a_plan_is_in_force_it_promises_nothing(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan())

    board = await province.read("/v1/indicators", plan="binh-thuan-2025", as_of="2025-04-17T16:59:59Z")

    assert (board["version"], board["indicators"]) == (None, [])


@pytest.mark.asyncio
async def test_the_table_says_what_json_says(plans: PlansOffice, province: Office, accepted: Any) -> None:
    await plans.issue(a_plan(indicators=[an_indicator(SHARE), measured("growth", GROWTH)]))
    await accepted("593", premises(2))
    json = (await province.read("/v1/indicators", plan="binh-thuan-2025"))["indicators"]

    answer = await province.get("/v1/indicators", {"plan": "binh-thuan-2025"}, Accept="text/csv")

    def text(value: Any) -> str:
        return "" if value is None else str(value)

    assert [tuple(row.values()) for row in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))] == [
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
        )
        for one in json
    ]
