"""Lists, page by page, and what changed since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contracts.plan import Plan
from kernel.clock import SetClock
from tests.reports.builders import at, owed
from tests.reports.office import H1, Q2, Office, PlansOffice, refusal

pytestmark = pytest.mark.usefixtures("plan")


async def pages(office: Office, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    """Return all pages of a list."""
    found, cursor = [], None
    while True:
        page = await office.read(path, cursor=cursor, **query)
        found.append(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.asyncio
async def test_obligations_are_read_page_by_page_without_gap_or_repetition(province: Office) -> None:
    whole = (await province.read("/v1/obligations"))["items"]

    some = await pages(province, "/v1/obligations", limit=4)

    assert [len(page) for page in some] == [4, 4, 4, 4, 3]
    assert [one for page in some for one in page] == whole


@pytest.mark.asyncio
async def test_reports_are_read_page_by_page_in_the_order_in_which_they_came(
    province: Office, office: Callable[[str], Office], clock: SetClock
) -> None:
    sent = []
    for unit in ("595", "593", "594"):
        sent += [await office(unit).reported(Q2), await office(unit).reported(H1)]
        clock.advance(timedelta(minutes=5))

    some = await pages(province, "/v1/reports", limit=4)

    assert [len(page) for page in some] == [4, 2]
    # Two of them came in the same instant: their order is that of their ids.
    assert sorted(f"/v1/reports/{one['report_id']}" for page in some for one in page) == sorted(sent)
    assert [one["unit"] for page in some for one in page] == ["595", "595", "593", "593", "594", "594"]


@pytest.mark.asyncio
async def test_a_list_is_narrowed(district: Office, health: Office, province: Office) -> None:
    accepted = await district.reported(Q2)
    await health.accept(accepted)
    await district.reported(H1)

    by_state = await province.read("/v1/reports", plan="binh-thuan-2025", state="accepted")
    by_unit = await province.read("/v1/obligations", unit="593", period="2025-Q2")

    assert [f"/v1/reports/{one['report_id']}" for one in by_state["items"]] == [accepted]
    assert [one["obligation_id"] for one in by_unit["items"]] == [owed("r1-quarter", "2025-Q2")]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/v1/obligations", "/v1/reports"])
@pytest.mark.parametrize("cursor", ["harbour", "WzEsMiwzXQ", "WyJ4IiwieSJd", "WyJ4IiwieSIsInoiXQ"])
async def test_a_cursor_that_was_not_ours_is_refused(province: Office, path: str, cursor: str) -> None:
    assert refusal(await province.get(path, {"cursor": cursor})) == (400, "cursor_invalid")


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/v1/obligations", "/v1/reports"])
async def test_what_names_nothing_is_refused(province: Office, path: str) -> None:
    assert refusal(await province.get(path, {"plan": "harbour"})) == (404, "plan_unknown")


@pytest.mark.asyncio
async def test_changes_come_by_whole_revisions(plans: PlansOffice, plan: Plan, province: Office) -> None:
    first = await province.read("/v1/obligations", after=0, limit=3)

    assert len(first["items"]) == 19, "what one transaction wrote is never torn apart"
    assert (await province.read("/v1/obligations", after=first["through"]))["items"] == []

    await plans.amend(plan, rules=[one.model_dump(mode="json") for one in plan.rules[1:]])
    second = await province.read("/v1/obligations", after=first["through"], limit=1)

    assert {one["rule"] for one in second["items"]} == {"r1-quarter"}
    assert len({one["revision"] for one in second["items"]}) == 1


@pytest.mark.asyncio
async def test_a_report_is_followed_through_its_steps(district: Office, health: Office) -> None:
    seen: list[tuple[str, int]] = []
    through = 0

    async def follow() -> None:
        nonlocal through
        answer = await health.read("/v1/reports", after=through)
        seen.extend((one["state"], one["version"]) for one in answer["items"])
        through = answer["through"]

    path = await district.reported(Q2)
    await follow()
    await health.review(path, "return", reason="Thiếu")
    await follow()
    await district.create(f"{path}/versions", {"covers": [Q2]})
    await health.accept(path)
    await follow()
    await follow()

    assert seen == [("submitted", 1), ("returned", 1), ("accepted", 2)]


@pytest.mark.asyncio
async def test_who_follows_another_history_starts_over(province: Office) -> None:
    answer = await province.get("/v1/reports", {"after": 3, "epoch": "019ee2c1-9d00-7d38-9e87-5ed40c6065e7"})

    assert refusal(answer) == (409, "epoch_changed")


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["reports?plan=binh-thuan-2025", "reports?state=draft", "obligations?unit=593"])
async def test_changes_cannot_be_filtered(province: Office, path: str) -> None:
    answer = await province.get(f"/v1/{path}&after=0")

    assert refusal(answer) == (400, "changes_filtered")


@pytest.mark.asyncio
async def test_a_receiver_lists_what_it_receives(district: Office, health: Office, clock: SetClock) -> None:
    clock.set(at("2025-06-01"))
    await district.reported(Q2)

    assert len((await health.read("/v1/obligations"))["items"]) == 19
    assert len((await health.read("/v1/reports"))["items"]) == 1
