"""The single obligations behind any count, page by page."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.clock import SetClock
from runtime.http.pages import encode_cursor
from runtime.http.tables import Form
from services.reports.evaluation.history import NEVER
from tests.reports.acts import ACTS, Act, paged
from tests.reports.builders import at
from tests.reports.office import H1, Q2, Office, refusal, spots
from tests.reports.tables import AS_TABLES, table
from tests.reports.world import a_world
from tests.rig import Blueprint

EXAMPLES = int(os.environ.get("LANHMANH_TEST_EXAMPLES", "6"))
"""Each one is a service of its own, so that these are few; a soak asks for more."""

PLAN = {"plan": "binh-thuan-2025"}
PATH = "/v1/compliance/obligations"
AFTER = "2025-06-14T17:00:00Z"
COUNTED = ("on_time", "late", "returned", "overdue", "due_soon", "not_due", "excused", "undated", "requested")


def sorted_by(one: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a list of obligations is sorted by."""
    due = one["due_at"]
    return due is None, due or "", one["plan"], one["rule"], one["unit"]["code"], one["period"], one["obligation_id"]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_pages_together_are_the_list_whatever_happens_between_them(
    request: pytest.FixtureRequest, sqlite_reports: Blueprint, tmp_path: Path, database: str
) -> None:
    blueprint = sqlite_reports if database == "sqlite" else request.getfixturevalue("postgres_reports")

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        before=st.lists(ACTS, max_size=3),
        between=st.lists(ACTS, max_size=6),
        limits=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    )
    def law(before: list[Act], between: list[Act], limits: list[int]) -> None:
        async def live() -> None:
            async with a_world(blueprint, tmp_path, told_from=sqlite_reports) as world:
                for act in before:
                    await act(world)

                whole, *pages = await paged(world, PATH, limits, between)

                assert [one for page in pages for one in page["items"]] == whole["items"]
                assert whole["items"] == sorted(whole["items"], key=sorted_by)
                assert {page["total"] for page in pages} == {len(whole["items"])}
                assert all(len(page["items"]) == size for page, size in zip(pages[:-1], itertools.cycle(limits)))
                seen_from = {(page["standpoint"]["as_of"], page["standpoint"]["known_at"]) for page in pages}
                assert len(seen_from) == 1

        asyncio.run(live())

    law()


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_behind_every_count_are_so_many_obligations(
    district: Office, office: Callable[[str], Office], health: Office, province: Office, clock: SetClock
) -> None:
    await district.reported(H1)
    report = await office("594").reported(Q2)
    clock.set(at("2025-06-20"))
    await health.review(report, "return", reason="Thiếu")
    await office("595").reported(Q2)

    board = await province.read("/v1/compliance", **PLAN)

    for one in (board, *board["units"]):
        unit = one["unit"]["code"]
        for period, counts in one["periods"].items():
            for status in COUNTED:
                found = await province.obligations(unit=unit, period=period, status=status)
                assert len(found) == counts[status]
                assert {each["status"] for each in found} <= {status}
                assert {each["period"] for each in found} <= {period}
        so_far = await province.obligations(unit=unit, status=["on_time", "late", "returned", "overdue"])
        assert len(so_far) == one["counts"]["expected_so_far"]
        assert len(await province.obligations(unit=unit)) == one["counts"]["total"]


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_units_of_a_past_day_are_asked_for_by_the_codes_of_that_day(
    office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(at("2025-07-02"))

    board = await office("VN").read("/v1/compliance", as_of=AFTER)
    found = await office("VN").obligations(plan=None, as_of=AFTER, unit="60")

    assert [(one["unit"]["code"], one["counts"]["total"]) for one in board["units"]] == [("60", len(found))]


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_pages_say_from_where_they_look(province: Office, district: Office, clock: SetClock) -> None:
    first = await province.read(PATH, **PLAN, limit=1)
    clock.set(at("2025-06-20"))
    await district.reported(Q2)

    second = await province.read(PATH, **PLAN, limit=1, cursor=first["next_cursor"])

    assert first["standpoint"]["as_of"] == second["standpoint"]["as_of"]
    assert first["standpoint"]["as_of"] == first["standpoint"]["known_at"], "what was written last is not in the future"
    assert first["standpoint"]["known_at"] == second["standpoint"]["known_at"]
    assert first["standpoint"]["revision"] is not None
    anew = await province.read(PATH, **PLAN, limit=1)
    assert anew["standpoint"]["as_of"].startswith("2025-06-20T02:00:00")


AN_ID = UUID("5b8f0f2e-1111-5222-8333-b1a2c3d4e5f6")
NOW, NAIVE, TOO_EARLY = datetime(2025, 6, 14, tzinfo=UTC), "2025-06-14T00:00:00", "0001-01-01T00:00:00Z"
LAST = (NEVER, "a", "b", "c", "d", AN_ID)


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize(
    "key",
    [
        ["a"],
        [7, 7, *LAST],
        [NOW, NAIVE, *LAST],
        [TOO_EARLY, NOW, *LAST],
        [NOW, NOW, *LAST[1:]],
        [NOW, NOW, *LAST, 1],
        [NOW, NOW, 2**63, *LAST[1:]],
        [NOW, NOW, NEVER, "\0", *LAST[2:]],
    ],
)
async def test_a_forged_cursor_is_refused(province: Office, key: list[Any]) -> None:
    answer = await province.get(PATH, PLAN | {"cursor": encode_cursor(key)})

    assert refusal(answer) == (400, "cursor_invalid")


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_a_cursor_that_is_behind_everything_leads_to_an_empty_page(province: Office) -> None:
    page = await province.read(PATH, **PLAN, cursor=encode_cursor([NOW, NOW, NEVER, "z", *LAST[2:]]))

    assert (page["items"], page["next_cursor"], page["total"]) == ([], None, 22)


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_a_cursor_opens_no_door(province: Office, office: Callable[[str], Office]) -> None:
    cursor = (await province.read(PATH, **PLAN, limit=1))["next_cursor"]

    answers = [
        await office("38").get(PATH, PLAN | {"cursor": cursor}),
        await office("593").get(PATH, PLAN | {"unit": "594"}),
        await office("594").get(PATH, {"unit": "593"}),
    ]

    assert [refusal(answer) for answer in answers] == [(403, "unit_outside")] * 3


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize(
    ("name", "value", "at_fault"),
    [("limit", 0, "query/limit"), ("limit", 1001, "query/limit"), ("status", "sleepy", "query/status/0")],
)
async def test_what_a_page_is_not_made_of_is_refused(province: Office, name: str, value: Any, at_fault: str) -> None:
    answer = await province.get(PATH, PLAN | {name: value})

    assert refusal(answer) == (422, "input_invalid")
    assert spots(answer)[0][0] == at_fault


def linked(answer: httpx.Response) -> str | None:
    """Return the address of the next page, as the header has it."""
    return PATH + answer.links["next"]["url"] if "next" in answer.links else None


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("form", AS_TABLES)
async def test_pages_as_tables_lead_to_each_other_and_say_what_json_says(
    district: Office, province: Office, form: Form
) -> None:
    await district.reported(Q2)
    query = PLAN | {"as_of": AFTER, "limit": 3, "status": ["on_time", "overdue", "undated"]}
    json = await province.pages(PATH, **query)

    answers = [await province.get(PATH, query, Accept=form)]
    while (following := linked(answers[-1])) is not None:
        answers.append(await province.get(following, Accept=form))

    assert len(answers) == len(json) > 1
    for page, answer in zip(json, answers, strict=True):
        rows = table(answer)
        assert [(row["id"], row["unit"], row["name"], row["rule"], row["period"], row["status"]) for row in rows] == [
            (one["obligation_id"], one["unit"]["code"], one["unit"]["name"], one["rule"], one["period"], one["status"])
            for one in page["items"]
        ]
        for row in rows:
            if row["status"] == "on_time":
                assert row["due_at"] == "2025-06-14T17:00:00+00:00"
                assert row["first_receipt_at"] == "2025-04-18T02:00:00+00:00"


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("other", [{"limit": 2}, {"status": "overdue"}, {"period": "2025-Q2"}, {"year": 2025}])
async def test_another_page_has_another_etag(province: Office, other: dict[str, Any]) -> None:
    one = await province.get(PATH, PLAN | {"as_of": AFTER})
    same = await province.get(PATH, PLAN | {"as_of": AFTER})
    second = await province.get(PATH, PLAN | {"as_of": AFTER} | other)

    assert one.headers["etag"] == same.headers["etag"] != second.headers["etag"]
    assert (one.content, one.headers["content-type"]) == (same.content, "application/json")
