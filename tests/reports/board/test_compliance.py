"""Who is late, at any instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contracts.plan import Plan
from kernel.clock import SetClock
from runtime.http.tables import Form
from tests.reports.builders import DISTRICTS, QUARTER, a_plan, at
from tests.reports.office import H1, Q2, Office, PlansOffice, refusal
from tests.reports.tables import AS_TABLES, table

pytestmark = pytest.mark.usefixtures("plan")

PLAN = {"plan": "binh-thuan-2025"}
BEFORE, AFTER = "2025-06-14T16:59:59Z", "2025-06-14T17:00:00Z"
COUNTED = ("on_time", "late", "returned", "overdue", "due_soon", "not_due", "excused", "undated", "requested")


async def board(office: Office, **query: Any) -> Any:
    """Return the compliance board of the plan."""
    return await office.read("/v1/compliance", **(PLAN | query))


@pytest.mark.asyncio
async def test_one_second_divides_what_is_due_soon_from_what_is_overdue(district: Office, province: Office) -> None:
    await district.reported(Q2)

    before, after = await province.statuses(as_of=BEFORE), await province.statuses(as_of=AFTER)

    changed = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
    due_then = {(rule, period) for rule, period in (("r1-quarter", "2025-Q2"), ("r1-half-year", "2025-H1"))}
    expected = {(rule, period, unit) for rule, period in due_then for unit in DISTRICTS} - {
        ("r1-quarter", "2025-Q2", "593")
    }
    # The police report has no day, and waits for nobody: its period ends in this very second, which no status shows.
    assert changed == dict.fromkeys(expected, ("due_soon", "overdue"))
    assert before.keys() == after.keys()


@pytest.mark.asyncio
async def test_a_second_changes_the_etag_though_nothing_was_written(province: Office, clock: SetClock) -> None:
    clock.set(at("2025-06-14", "23:00:00"))
    first = await province.get("/v1/compliance", PLAN)
    clock.set(at("2025-06-14", "23:59:59"))
    same = await province.get("/v1/compliance", PLAN)
    clock.set(at("2025-06-15", "00:00:00"))
    other = await province.get("/v1/compliance", PLAN)

    assert (same.headers["etag"], same.content) == (first.headers["etag"], first.content)
    assert other.headers["etag"] != first.headers["etag"]
    assert (first.json()["counts"]["overdue"], other.json()["counts"]["overdue"]) == (0, 6)
    assert first.json()["standpoint"]["unchanged_until"] == "2025-06-14T17:00:00Z"
    assert other.json()["standpoint"]["unchanged_since"] == "2025-06-14T17:00:00Z"


@pytest.mark.asyncio
async def test_who_has_the_answer_already_gets_no_second_one(province: Office, district: Office) -> None:
    etag = (await province.get("/v1/compliance", PLAN)).headers["etag"]

    answers = [
        await province.get("/v1/compliance", PLAN, If_None_Match=tag) for tag in (etag, f'"x", W/{etag}', "*", '"x"')
    ]
    await district.reported(Q2)
    fresh = await province.get("/v1/compliance", PLAN, If_None_Match=etag)

    assert [one.status_code for one in answers] == [304, 304, 304, 200]
    assert (answers[0].content, answers[0].headers["etag"]) == (b"", etag)
    assert (fresh.status_code, fresh.json()["counts"]["on_time"]) == (200, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "other",
    [
        {"unit": "593"},
        {"period": "2025-Q2"},
        {"year": "2025"},
        {"tree": "now"},
        {"as_of": BEFORE},
        {"known_at": BEFORE},
    ],
)
async def test_another_question_has_another_etag(province: Office, other: dict[str, str]) -> None:
    first = await province.get("/v1/compliance", PLAN)
    second = await province.get("/v1/compliance", PLAN | other)

    assert first.headers["etag"] != second.headers["etag"]


@pytest.mark.asyncio
async def test_the_form_of_the_answer_is_part_of_its_etag(province: Office) -> None:
    answers = [await province.get("/v1/compliance", PLAN, Accept=form) for form in Form]

    assert len({answer.headers["etag"] for answer in answers}) == len(Form)
    assert {answer.headers["vary"] for answer in answers} == {"Accept, Accept-Language"}
    for form, answer in zip(Form, answers, strict=True):
        again = await province.get("/v1/compliance", PLAN, Accept=form, If_None_Match=answer.headers["etag"])
        assert (again.status_code, again.headers["etag"], again.content) == (304, answer.headers["etag"], b"")


@pytest.mark.asyncio
async def test_authorisation_comes_before_what_was_kept(province: Office, office: Callable[[str], Office]) -> None:
    etag = (await province.get("/v1/compliance", PLAN)).headers["etag"]

    answer = await office("38").get("/v1/compliance", PLAN, If_None_Match=etag)

    assert refusal(answer) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_statuses_add_up_and_agree_with_a_naive_count(
    district: Office, office: Callable[[str], Office], health: Office, province: Office, clock: SetClock
) -> None:
    report = await district.reported(Q2, H1)
    clock.set(at("2025-06-20"))
    await health.review(report, "return", reason="Thiếu")
    await office("594").reported(Q2)

    answer, single = await board(province), await province.obligations()

    counts = answer["counts"]
    assert {name: counts[name] for name in COUNTED} == dict.fromkeys(COUNTED, 0) | Counter(
        one["status"] for one in single
    )
    assert sum(counts[name] for name in COUNTED) == counts["total"] == len(single)
    assert (counts["returned"], counts["late"], counts["overdue"]) == (2, 1, 3)
    assert counts["reporting_rate"] == {"n": 1, "d": 6}
    assert counts["on_time_rate"] == {"n": 0, "d": 6}
    for unit in answer["units"]:
        own = [one for one in single if one["unit"]["code"] == unit["unit"]["code"]]
        assert unit["counts"]["total"] == len(own)
        by_period = Counter(one["period"] for one in own)
        assert {period: found["total"] for period, found in unit["periods"].items()} == by_period


@pytest.mark.asyncio
async def test_a_question_may_leave_out_what_was_recorded_later(
    district: Office, province: Office, clock: SetClock
) -> None:
    clock.set(at("2025-05-05"))
    await district.reported(Q2)

    known = await province.statuses(as_of=BEFORE, known_at="2025-05-01T00:00:00Z")
    now = await province.statuses(as_of=BEFORE)

    quarter = ("r1-quarter", "2025-Q2", "593")
    assert (known[quarter], now[quarter]) == ("due_soon", "on_time")


@pytest.mark.asyncio
async def test_what_nobody_can_know_yet_is_answered_as_of_the_newest_and_says_so(
    district: Office, province: Office
) -> None:
    await district.reported(Q2)

    newest = await board(province, as_of=BEFORE)
    future = await board(province, as_of=BEFORE, known_at="2030-01-01T00:00:00Z")

    assert future["standpoint"]["known_at"] == newest["standpoint"]["known_at"] < "2025-04-19"
    assert future["counts"] == newest["counts"]


@pytest.mark.asyncio
async def test_the_future_and_the_past_may_be_asked_for(province: Office) -> None:
    future = await board(province, as_of="2031-01-01T00:00:00Z")
    past = await board(province, as_of="2025-04-17T16:59:59Z")
    first = await board(province, as_of="2025-04-17T17:00:00Z")

    assert (future["counts"]["overdue"], past["counts"]["total"], first["counts"]["total"]) == (18, 0, 22)


@pytest.mark.asyncio
@pytest.mark.parametrize("instant", ["2025-06-14", "2025-06-14T17:00:00", "yesterday", "0001-01-01T00:00:00Z"])
@pytest.mark.parametrize("name", ["as_of", "known_at"])
async def test_an_instant_has_an_offset(province: Office, name: str, instant: str) -> None:
    answer = await province.get("/v1/compliance", PLAN | {name: instant})

    assert refusal(answer) == (422, "input_invalid")
    assert answer.json()["errors"][0]["pointer"] == f"query/{name}"


@pytest.mark.asyncio
@pytest.mark.parametrize("form", AS_TABLES)
async def test_the_table_says_what_json_says(district: Office, province: Office, form: Form) -> None:
    await district.reported(Q2)
    json = await board(province, as_of=AFTER)

    answer = await province.get("/v1/compliance", PLAN | {"as_of": AFTER}, Accept=form)

    rows = table(answer)
    assert {(row["unit"], row["period"]): {name: int(row[name]) for name in ("total", *COUNTED)} for row in rows} == {
        (one["unit"]["code"], period): {name: counts[name] for name in ("total", *COUNTED)}
        for one in (json, *json["units"])
        for period, counts in {"": one["counts"], **one["periods"]}.items()
    }


@pytest.mark.asyncio
async def test_the_reminder_days_of_a_rule_make_it_due_soon(plans: PlansOffice, plan: Plan, province: Office) -> None:
    late_reminder = QUARTER | {"reminder_days": 2}
    other = {"plan_id": "5b8f0f2e-9999-5222-8333-b1a2c3d4e5f6", "slug": "la-gi-2025", "rules": [late_reminder]}
    await plans.issue(a_plan(**other))
    key = ("r1-quarter", "2025-Q2", "593")
    week = at("2025-06-15", "00:00:00") - timedelta(days=7)

    seven = [
        (await province.statuses(as_of=t.isoformat(), plan=plan.slug))[key] for t in (week - timedelta(seconds=1), week)
    ]
    two = (await province.statuses(as_of=week.isoformat(), plan="la-gi-2025"))[key]

    assert (seven, two) == (["not_due", "due_soon"], "not_due")
