"""The list of plans: filtered, page by page, as a table, and followed."""

from __future__ import annotations

import csv
import io

import pytest

from tests.plans.api.conftest import Office
from tests.plans.api.test_unit_decisions import MERGER


async def make_three(office: Office) -> None:
    """Make a draft, an issued plan, and an issued programme of several years."""
    await office.draft(slug="a-draft", symbol=None)
    await office.issue(slug="b-issued", symbol="1643/KH-UBND")
    await office.issue(slug="c-programme", symbol="=57/KH-UBND", issuer="593", rules=[], until_year=2030)


async def slugs(office: Office, query: str = "") -> list[str]:
    """Return the slugs that a list shows."""
    answer = await office.get(f"/v1/plans?{query}")
    assert answer.status_code == 200, answer.text
    return [plan["slug"] for plan in answer.json()["items"]]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["a-draft", "b-issued", "c-programme"]),
        ("state=draft", ["a-draft"]),
        ("state=issued", ["b-issued", "c-programme"]),
        ("issuer=593", ["c-programme"]),
        ("issuer=99", []),
        ("year=2030", ["c-programme"]),
        ("year=2024", []),
        ("year=2031", []),
        ("year=2025&issuer=60&state=issued", ["b-issued"]),
    ],
)
async def test_a_list_shows_the_plans_that_are_asked_for(province: Office, query: str, expected: list[str]) -> None:
    await make_three(province)

    assert await slugs(province, query) == expected


@pytest.mark.asyncio
async def test_the_plans_of_an_issuer_that_is_gone_are_still_listed(nation: Office) -> None:
    await nation.issue()
    await nation.create("/v1/unit-decisions", MERGER | {"on": "2025-04-18"})
    assert (await nation.get("/v1/units/60")).status_code == 404

    assert await slugs(nation, "issuer=60") == ["binh-thuan-2025"]


@pytest.mark.asyncio
async def test_a_list_is_read_page_by_page(province: Office) -> None:
    await make_three(province)

    first = (await province.get("/v1/plans?limit=2")).json()
    second = (await province.get(f"/v1/plans?limit=2&cursor={first['next_cursor']}")).json()

    assert [plan["slug"] for plan in first["items"] + second["items"]] == ["a-draft", "b-issued", "c-programme"]
    assert second["next_cursor"] is None


@pytest.mark.asyncio
async def test_a_last_page_that_is_just_full_leads_nowhere(province: Office) -> None:
    await make_three(province)

    assert (await province.get("/v1/plans?limit=3")).json()["next_cursor"] is None


@pytest.mark.asyncio
async def test_a_table_is_given_to_those_who_ask_for_one(province: Office) -> None:
    await make_three(province)

    answer = await province.get("/v1/plans?limit=2", accept="text/csv")
    following = await province.get("/v1/plans" + answer.headers["Link"].split(">")[0].strip("<"), accept="text/csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["slug"] for row in rows] == ["a-draft", "b-issued"]
    assert rows[1]["symbol"] == "1643/KH-UBND"
    (last,) = csv.DictReader(io.StringIO(following.content.decode("utf-8-sig")))
    # A spreadsheet would run what begins like a formula.
    assert (last["slug"], last["symbol"]) == ("c-programme", "'=57/KH-UBND")
    assert "Link" not in following.headers


@pytest.mark.asyncio
async def test_plans_are_followed_through_every_step(province: Office) -> None:
    path = await province.draft()
    drafted = (await province.get("/v1/plans?after=0")).json()
    await province.edit("POST", f"{path}/issue", edition=1)

    issued = (await province.get(f"/v1/plans?after={drafted['through']}&epoch={drafted['epoch']}")).json()
    nothing = (await province.get(f"/v1/plans?after={issued['through']}")).json()

    assert [plan["state"] for plan in drafted["items"] + issued["items"]] == ["draft", "issued"]
    assert issued["items"][0]["revision"] == issued["newest"]
    assert nothing["items"] == []


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ["issuer=60", "year=2025", "state=draft"])
async def test_changes_cannot_be_filtered(province: Office, query: str) -> None:
    answer = await province.get(f"/v1/plans?after=0&{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "changes_filtered")
