"""Which figures are in an indicator: of which versions, periods, units and words of the plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kernel.clock import SetClock
from tests.reports.board.promises import COUNT, SHARE, cell, measured, premises, verdict
from tests.reports.builders import DISTRICTS, HALF_YEAR, NINE_MONTHS, POLICE, QUARTER, YEAR, a_plan, an_indicator, at
from tests.reports.office import Office, PlansOffice, cover, refusal

ALL_RULES = [QUARTER, HALF_YEAR, NINE_MONTHS, YEAR]


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
