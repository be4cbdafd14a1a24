"""The compliance board for some periods only."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.clock import SetClock
from tests.reports.builders import QUARTER, a_plan, at
from tests.reports.office import Q2, Office, PlansOffice, refusal, spots

pytestmark = pytest.mark.usefixtures("plan")

PATHS = ("/v1/compliance", "/v1/compliance/obligations", "/v1/compliance/ranking")
PLAN = {"plan": "binh-thuan-2025"}


async def board(office: Office, **query: Any) -> Any:
    """Return the compliance board of the plan."""
    return await office.read("/v1/compliance", **(PLAN | query))


@pytest.mark.asyncio
async def test_only_the_periods_asked_for_are_counted_and_shown(
    district: Office, province: Office, clock: SetClock
) -> None:
    await district.reported(Q2)
    clock.set(at("2025-06-20"))
    whole = await board(province)

    some = await board(province, period=["2025-Q2", "2025-H1"])

    whole_of = {one["unit"]["code"]: one for one in (whole, *whole["units"])}
    for one in (some, *some["units"]):
        shown = whole_of[one["unit"]["code"]]["periods"]
        assert one["periods"] == {period: shown[period] for period in ("2025-H1", "2025-Q2") if period in shown}
        for name, count in one["counts"].items():
            if isinstance(count, int):
                assert count == sum(counts[name] for counts in one["periods"].values())
    assert (some["counts"]["on_time"], some["counts"]["overdue"], some["counts"]["total"]) == (1, 5, 8)
    assert some["counts"]["on_time_rate"] == {"n": 1, "d": 6}


@pytest.mark.asyncio
async def test_a_year_stands_for_all_periods_within_it(plans: PlansOffice, province: Office) -> None:
    longer = {"plan_id": "5b8f0f2e-9999-5222-8333-b1a2c3d4e5f6", "slug": "la-gi-2025", "until_year": 2026}
    programme = QUARTER | {"code": "r9", "frequency": "programme"}
    await plans.issue(a_plan(**longer, rules=[QUARTER, programme]))

    async def periods(**query: Any) -> list[str]:
        return list((await board(province, plan="la-gi-2025", **query))["periods"])

    next_year = [f"2026-Q{number}" for number in range(1, 5)]
    assert await periods() == ["2025-2026", "2025-Q2", "2025-Q3", "2025-Q4", *next_year]
    assert await periods(year=2026) == next_year
    assert await periods(year=[2026], period=["2025-2026", "2025-Q3"]) == ["2025-2026", "2025-Q3", *next_year]
    assert await periods(year=[2025, 2026]) == ["2025-Q2", "2025-Q3", "2025-Q4", *next_year]
    assert await periods(period="2024-Q1") == []


@pytest.mark.asyncio
async def test_a_request_is_asked_for_by_its_own_key(health: Office, province: Office, plans: PlansOffice) -> None:
    other = {"plan_id": "5b8f0f2e-9999-5222-8333-b1a2c3d4e5f6", "slug": "la-gi-2025"}
    await plans.issue(a_plan(**other, rules=[QUARTER, QUARTER | {"code": "r4", "frequency": "ad_hoc"}]))
    body = {"plan": "la-gi-2025", "rule": "r4", "title": "Dịp lễ", "units": ["593"]}
    made = (await health.create("/v1/report-requests", body)).json()["request_id"]

    found = await board(province, plan="la-gi-2025", period=f"ad_hoc:{made}")
    of_all = await board(province, plan="la-gi-2025", period="ad_hoc:2025")
    of_year = await board(province, plan="la-gi-2025", year=2025)

    assert (list(found["periods"]), found["counts"]["total"]) == (["ad_hoc:2025"], 1)
    assert of_all["counts"] == found["counts"]
    assert of_year["counts"]["total"] == 10, "a year's requests are those that were opened in it"


@pytest.mark.asyncio
@pytest.mark.parametrize("path", PATHS)
async def test_what_is_no_period_is_refused_in_both_languages(province: Office, path: str) -> None:
    query = PLAN | {"period": ["2025-Q2", "2025-Q5"]}
    answers = {language: await province.get(path, query, Accept_Language=language) for language in ("vi", "en")}

    for answer in answers.values():
        assert refusal(answer) == (422, "unreadable_period")
        assert spots(answer) == [("query/period/1", "unreadable_period")]
    assert answers["vi"].json()["detail"] == "“2025-Q5” không phải là một kỳ báo cáo."
    assert answers["en"].json()["errors"][0]["detail"] == "“2025-Q5” is not a reporting period."


@pytest.mark.asyncio
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("year", ["1899", "2200", "MMXXV"])
async def test_what_is_no_year_is_refused(province: Office, path: str, year: str) -> None:
    answer = await province.get(path, PLAN | {"year": year})

    assert refusal(answer) == (422, "input_invalid")
    assert spots(answer)[0][0] == "query/year/0"


@pytest.mark.asyncio
@pytest.mark.parametrize("path", PATHS)
async def test_who_may_not_look_does_not_hear_of_its_period(district: Office, path: str) -> None:
    assert refusal(await district.get(path, PLAN | {"period": "2025-Q5"})) == (403, "unit_outside")
