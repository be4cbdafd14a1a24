"""Why an obligation has its status, and an indicator its verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contracts.plan import Plan
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.clock import SetClock
from tests.reports.builders import at, owed
from tests.reports.office import Q2, Office, cover, refusal

pytestmark = pytest.mark.usefixtures("plan")

PATH = f"/v1/explanations/obligations/{owed('r1-quarter', '2025-Q2')}"
POLICE = f"/v1/explanations/obligations/{owed('r2-half-year', '2025-H1', '60.CA')}"
CELL = {"plan": "binh-thuan-2025", "indicator": "premises.share", "period": "2025"}


@pytest.mark.asyncio
async def test_an_obligation_is_explained_by_rule_article_calendar_and_events(
    district: Office, health: Office, clock: SetClock
) -> None:
    clock.set(at("2025-06-09"))
    report = await district.reported(Q2)
    await health.review(report, "return", reason="Thiếu số liệu", correction_days=5)
    clock.set(at("2025-06-10"))

    shown = await health.read(PATH)

    assert (shown["rule"], shown["rule_name"], shown["reference"]) == (
        "r1-quarter",
        "Chế độ báo cáo r1-quarter",
        "Phần IV",
    )
    assert (shown["covers_from"], shown["covers_until"]) == ("2025-03-15", "2025-06-15")
    assert (shown["status"], shown["due_at"]) == ("returned", "2025-06-14T17:00:00Z")
    assert (
        shown["because"]
        == "Đã trả lại để chỉnh lý; hạn nộp lại đến 00:00:00 17/06/2025, hạn báo cáo 00:00:00 15/06/2025."
    )
    assert shown["calendar"] == {
        "wording": "trước ngày 15 của tháng cuối kỳ",
        "last_timely_on": "2025-06-14",
        "digest": LEGAL_CALENDAR.digest,
        "articles": ["NĐ 09/2019/NĐ-CP, Điều 12", "BLDS 2015, Điều 148.6"],
    }
    assert [(one["kind"], one["counted"]) for one in shown["events"]] == [
        ("opened", True),
        ("submitted", True),
        ("returned", True),
    ]
    returned = shown["events"][-1]
    assert (returned["version"], returned["correction_due_at"]) == (1, "2025-06-16T17:00:00Z")
    assert (returned["trace"]["reason"], returned["trace"]["client"]) == ("Thiếu số liệu", "office-60.SYT")


@pytest.mark.asyncio
async def test_an_event_that_had_not_occurred_is_shown_and_does_not_count(
    district: Office, health: Office, clock: SetClock
) -> None:
    clock.set(at("2025-06-16"))
    await district.reported(Q2)

    shown = await health.read(PATH, as_of="2025-06-15T00:00:00Z")

    assert shown["status"] == "overdue"
    assert [(one["kind"], one["counted"]) for one in shown["events"]] == [("opened", True), ("submitted", False)]


@pytest.mark.asyncio
async def test_what_was_recorded_later_is_left_out(district: Office, health: Office, clock: SetClock) -> None:
    clock.set(at("2025-06-10"))
    await district.reported(Q2)

    shown = await health.read(PATH, as_of="2025-06-12T00:00:00Z", known_at="2025-06-01T00:00:00Z")

    assert (shown["status"], [one["kind"] for one in shown["events"]]) == ("due_soon", ["opened"])
    assert shown["known_at"] == "2025-06-01T00:00:00Z"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("instant", "vietnamese", "english"),
    [
        ("2025-04-17T16:59:59Z", "chưa có, hoặc không còn", "not owed yet"),
        ("2025-05-01T00:00:00Z", "đến 00:00:00 15/06/2025 mới hết hạn", "not due before 00:00:00 15/06/2025"),
        ("2025-06-10T00:00:00Z", "trong thời gian nhắc", "the reminder time has begun"),
        ("2025-06-14T17:00:00Z", "Đã hết hạn lúc 00:00:00 15/06/2025", "It was due at 00:00:00 15/06/2025"),
    ],
)
async def test_a_status_is_told_in_both_languages(health: Office, instant: str, vietnamese: str, english: str) -> None:
    told = [(await health.get(PATH, {"as_of": instant}, Accept_Language=one)).json()["because"] for one in ("vi", "en")]

    assert vietnamese in told[0]
    assert english in told[1]


@pytest.mark.asyncio
async def test_a_duty_without_a_day_says_so(health: Office) -> None:
    shown = (await health.get(POLICE, Accept_Language="en")).json()

    assert (shown["status"], shown["due_at"]) == ("undated", None)
    assert shown["calendar"] == {
        "wording": "as regulated (no day stated)",
        "last_timely_on": None,
        "digest": None,
        "articles": ["NĐ 09/2019/NĐ-CP, Điều 12"],
    }


@pytest.mark.asyncio
async def test_the_explanation_and_the_board_give_the_same_status(
    district: Office, health: Office, province: Office, clock: SetClock
) -> None:
    report = await district.reported(Q2)
    clock.set(at("2025-06-01"))
    await health.review(report, "return", reason="Thiếu", correction_days=20)

    for instant in ("2025-04-18T02:00:00Z", "2025-05-31T00:00:00Z", "2025-06-15T00:00:00Z", "2025-07-01T00:00:00Z"):
        explained = (await health.read(PATH, as_of=instant))["status"]

        assert (await province.statuses(as_of=instant))["r1-quarter", "2025-Q2", "593"] == explained


@pytest.mark.asyncio
async def test_an_amendment_of_the_reminder_changes_neither_board_nor_explanation(
    plans: Any, plan: Plan, health: Office, province: Office
) -> None:
    rules = [one.model_dump(mode="json") | {"reminder_days": 30} for one in plan.rules]
    await plans.amend(plan, rules=rules)

    explained = (await health.read(PATH, as_of="2025-06-01T00:00:00Z"))["status"]
    shown = (await province.statuses(as_of="2025-06-01T00:00:00Z"))["r1-quarter", "2025-Q2", "593"]

    assert (explained, shown) == ("not_due", "not_due")


@pytest.mark.asyncio
async def test_an_indicator_is_explained_by_the_reports_that_are_in_it(
    office: Callable[[str], Office], health: Office, province: Office
) -> None:
    figures = {"premises.inspected": 3, "premises.total": 9}
    accepted = await office("594").reported(cover("r1-year", "2025", figures))
    await health.accept(accepted)
    await office("593").reported(cover("r1-nine-months", "2025-9M", figures))

    shown = await province.read("/v1/explanations/indicator", **CELL, basis="submitted")

    assert shown["because"] == "Mới có 1/3 đơn vị; tạm tính 6/18 đang đạt ngưỡng ≥ 20 %."
    assert (shown["version"], shown["indicator"]["verdict"]) == (1, "on_track")
    by_unit = {one["unit"]["code"]: one for one in shown["units"]}
    assert list(by_unit) == ["593", "594", "595"]
    assert (by_unit["593"]["provisional"], by_unit["593"]["counted"]) == (True, False)
    assert [(one["rule"], one["period"]) for one in by_unit["593"]["reports"]] == [("r1-nine-months", "2025-9M")]
    assert by_unit["594"]["figures"] == figures
    assert [(f"/v1/reports/{one['report_id']}", one["version"]) for one in by_unit["594"]["reports"]] == [(accepted, 1)]
    assert (by_unit["595"]["expected"], by_unit["595"]["reports"]) == (True, [])


@pytest.mark.asyncio
async def test_a_verdict_is_told_in_english(province: Office) -> None:
    answer = await province.get("/v1/explanations/indicator", CELL, Accept_Language="en")

    assert answer.json()["because"] == "There are no figures: no report counts yet."
    assert answer.headers["etag"] != (await province.get("/v1/explanations/indicator", CELL)).headers["etag"]


@pytest.mark.asyncio
@pytest.mark.parametrize("changed", [{"indicator": "harbour"}, {"period": "2025-Q2"}, {"period": "năm nay"}])
async def test_what_is_not_promised_is_not_explained(province: Office, changed: dict[str, str]) -> None:
    answer = await province.get("/v1/explanations/indicator", CELL | changed)

    assert refusal(answer) == (404, "indicator_unknown")
