"""Reports that cannot be right: each is refused with what is wrong and where, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kernel.clock import SetClock
from services.reports.wiring import Reports
from tests.reports.builders import at
from tests.reports.office import Q2, Office, cover, refusal, rows_written, spots

pytestmark = pytest.mark.usefixtures("plan")

AT = "/covers/0/figures"


def quarter(**figures: Any) -> dict[str, Any]:
    """Return a cover of the second quarter with figures; `_` in their codes stands for a dot."""
    return cover("r1-quarter", "2025-Q2", {code.replace("_", "."): figure for code, figure in figures.items()})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("figure", "pointer", "code"),
    [
        ({"activities_held": -1}, f"{AT}/activities.held", "not_a_count"),
        ({"activities_held": 1.5}, f"{AT}/activities.held", "not_a_count"),
        ({"activities_held": 5.0}, f"{AT}/activities.held", "not_a_count"),
        ({"activities_held": True}, f"{AT}/activities.held", "not_a_count"),
        ({"activities_held": "5"}, f"{AT}/activities.held", "not_a_count"),
        ({"activities_held": None}, f"{AT}/activities.held", "not_a_count"),
        ({"activities_held": 2**53}, f"{AT}/activities.held", "not_a_count"),
        ({"activities_held": [5]}, f"{AT}/activities.held", "not_a_count"),
        ({"harbours": 5}, f"{AT}/harbours", "element_unknown"),
        ({"har/b~ours": 5}, f"{AT}/har~1b~0ours", "element_unknown"),
        ({"activities_held": {"2025-05": 1}}, f"{AT}/activities.held", "not_monthly"),
        ({"posts_published": 3}, f"{AT}/posts.published", "months_missing"),
        ({"posts_published": {"2025-07": 3}}, f"{AT}/posts.published/2025-07", "month_outside"),
        ({"posts_published": {"May": 3}}, f"{AT}/posts.published/May", "month_outside"),
        ({"posts_published": {"2025-05": -3}}, f"{AT}/posts.published/2025-05", "not_a_count"),
        ({"posts_published": {"2025-05": True}}, f"{AT}/posts.published/2025-05", "not_a_count"),
    ],
)
async def test_a_figure_that_cannot_be_right_is_named(
    district: Office, service: Reports, figure: dict[str, Any], pointer: str, code: str
) -> None:
    before = await rows_written(service.database)

    answer = await district.report(quarter(**figure))

    assert refusal(answer) == (422, "figures_invalid")
    assert spots(answer) == [(pointer, code)]
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_all_that_is_wrong_is_named_at_once(district: Office) -> None:
    half = cover("r1-half-year", "2025-H1", {"premises.total": -4})

    answer = await district.report(quarter(harbours=1, activities_held=-1), half)

    assert spots(answer) == [
        (f"{AT}/harbours", "element_unknown"),
        (f"{AT}/activities.held", "not_a_count"),
        ("/covers/1/figures/premises.total", "not_a_count"),
    ]
    assert answer.json()["detail"].startswith("3 ")


@pytest.mark.asyncio
async def test_a_cumulative_figure_does_not_fall(district: Office, clock: SetClock) -> None:
    await district.reported(quarter(funding_disbursed=50))
    clock.set(at("2025-06-20"))

    fallen = await district.report(cover("r1-quarter", "2025-Q3", {"funding.disbursed": 49}))
    equal = await district.report(cover("r1-quarter", "2025-Q3", {"funding.disbursed": 50}))

    assert spots(fallen) == [(f"{AT}/funding.disbursed", "cumulative_falls")]
    assert "50" in fallen.json()["errors"][0]["detail"]
    assert equal.status_code == 201


@pytest.mark.asyncio
async def test_a_cumulative_figure_does_not_fall_behind_the_nine_months(
    district: Office, office: Callable[[str], Office], clock: SetClock
) -> None:
    await district.reported(quarter(funding_disbursed=50))
    await district.reported(cover("r1-nine-months", "2025-9M", {"funding.disbursed": 80}))
    clock.set(at("2025-12-01"))

    answer = await office("22945").report(cover("r1-year", "2025", {"funding.disbursed": 79}), unit="593")

    assert spots(answer) == [(f"{AT}/funding.disbursed", "cumulative_falls")]
    assert "2025-9M" in answer.json()["errors"][0]["detail"]


@pytest.mark.asyncio
async def test_a_report_that_comes_late_may_say_less_than_later_ones(district: Office) -> None:
    await district.reported(cover("r1-quarter", "2025-Q3", {"funding.disbursed": 80}))

    assert (await district.report(quarter(funding_disbursed=50))).status_code == 201


@pytest.mark.asyncio
async def test_a_corrected_cumulative_figure_may_fall_behind_its_own_first_version(district: Office) -> None:
    path = await district.reported(quarter(funding_disbursed=50))

    answer = await district.create(f"{path}/versions", {"covers": [quarter(funding_disbursed=40)]})

    assert answer.status_code == 201


@pytest.mark.asyncio
async def test_a_draft_that_has_fallen_behind_meanwhile_is_not_received(district: Office) -> None:
    path = await district.reported(cover("r1-quarter", "2025-Q3", {"funding.disbursed": 40}), draft=True)
    await district.reported(quarter(funding_disbursed=50))

    answer = await district.edit("POST", f"{path}/submit", of=path)

    assert spots(answer) == [(f"{AT}/funding.disbursed", "cumulative_falls")]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"covers": []}, ["/narrative"]),
        ({"covers": [], "narrative": {"results": "  "}}, ["/narrative"]),
        ({"covers": [Q2 | {"figures": {}, "nil": False}]}, [AT]),
        ({"covers": [Q2, {"rule": "r1-half-year", "period": "2025-H1"}]}, ["/covers/1/figures"]),
    ],
)
async def test_an_empty_report_is_no_report(
    district: Office, service: Reports, body: dict[str, Any], pointers: list[str]
) -> None:
    before = await rows_written(service.database)

    answer = await district.create("/v1/reports", {"plan": "binh-thuan-2025", "unit": "593"} | body)

    assert refusal(answer) == (422, "nothing_reported")
    assert [pointer for pointer, _ in spots(answer)] == pointers
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_words_alone_are_a_report(district: Office) -> None:
    bare = {"rule": "r1-quarter", "period": "2025-Q2"}

    assert (await district.report(bare, narrative={"results": "Đã làm."})).status_code == 201


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("covers", "expected"),
    [
        ([cover("r2-half-year", "2025-H1")], (404, "obligation_unknown")),
        ([cover("r1-quarter", "2025-Q1")], (404, "obligation_unknown")),
        ([Q2, cover("harbour", "2025-Q2")], (404, "obligation_unknown")),
        ([cover("r1-quarter", "Q2/2025")], (422, "unreadable_period")),
        ([Q2, cover("r1-quarter", "2025-Q2", {"activities.held": 6})], (422, "covered_twice")),
    ],
)
async def test_what_a_report_is_for_must_be_owed_by_its_unit_once(
    district: Office, service: Reports, covers: list[dict[str, Any]], expected: tuple[int, str]
) -> None:
    before = await rows_written(service.database)

    answer = await district.report(*covers)

    assert refusal(answer) == expected
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_a_report_says_which_of_its_obligations_nobody_owes(district: Office) -> None:
    answer = await district.report(Q2, cover("r2-half-year", "2025-H1"))

    assert spots(answer) == [("/covers/1", "obligation_unknown")]


@pytest.mark.asyncio
async def test_nobody_reports_for_somebody_else(district: Office, service: Reports) -> None:
    before = await rows_written(service.database)

    answer = await district.report(Q2, unit="594")

    assert refusal(answer) == (403, "unit_outside")
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"plan": "harbour-2025"}, (404, "plan_unknown")),
        ({"unit": "999"}, (422, "unit_unknown")),
        ({"unit": "thành phố"}, (422, "input_invalid")),
        ({"harbour": 1}, (422, "input_invalid")),
        ({"narrative": {"poem": "…"}}, (422, "input_invalid")),
    ],
)
async def test_what_a_report_names_must_be_there(
    district: Office, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    report = {"plan": "binh-thuan-2025", "unit": "593", "covers": [Q2]} | body

    assert refusal(await district.create("/v1/reports", report)) == expected


@pytest.mark.asyncio
async def test_a_key_is_not_used_for_another_report(district: Office, service: Reports) -> None:
    await district.reported(Q2, key="van-thu-593-0412")
    before = await rows_written(service.database)

    answer = await district.report(cover("r1-quarter", "2025-Q3"), key="van-thu-593-0412")

    assert refusal(answer) == (422, "idempotency_key_reused")
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_a_report_needs_a_key(district: Office) -> None:
    body = {"plan": "binh-thuan-2025", "unit": "593", "covers": [Q2]}

    answer = await district.client.post("/v1/reports", json=body, headers=district.headers())

    assert refusal(answer) == (400, "idempotency_key_missing")


@pytest.mark.asyncio
async def test_a_bad_correction_leaves_the_report_as_it_was(district: Office, service: Reports) -> None:
    path = await district.reported(Q2)
    shown = await district.read(path)
    before = await rows_written(service.database)

    answer = await district.create(f"{path}/versions", {"covers": [quarter(activities_held=-1)]})

    assert refusal(answer) == (422, "figures_invalid")
    assert (await rows_written(service.database), await district.read(path)) == (before, shown)


@pytest.mark.asyncio
async def test_a_bad_edit_leaves_the_draft_as_it_was(district: Office) -> None:
    path = await district.reported(Q2, draft=True)
    shown = await district.read(path)

    answer = await district.edit("PUT", f"{path}/draft", {"covers": [quarter(activities_held=-1)]}, of=path)

    assert refusal(answer) == (422, "figures_invalid")
    assert await district.read(path) == shown


@pytest.mark.asyncio
async def test_a_refusal_speaks_the_callers_language(district: Office) -> None:
    body = {"plan": "binh-thuan-2025", "unit": "593", "covers": [quarter(harbours=1)]}

    vietnamese = await district.create("/v1/reports", body)
    english = await district.create("/v1/reports", body, Accept_Language="en")

    assert vietnamese.headers["content-type"] == "application/problem+json"
    assert (vietnamese.json()["title"], english.json()["title"]) == ("Số liệu không hợp lệ", "Invalid figures")
    assert vietnamese.json()["type"] == "urn:lanhmanh:problem:figures_invalid"
