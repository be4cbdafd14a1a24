"""The unit tree, as callers ask for it."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.http.pages import encode_cursor
from tests.plans.api.conftest import Office
from tests.plans.api.test_unit_decisions import MERGER
from tests.plans.builders import FIRST_UNITS


async def codes(office: Office, query: str) -> list[str]:
    """Return the codes of the units that a list shows."""
    answer = await office.get(f"/v1/units?{query}")
    assert answer.status_code == 200, answer.text
    return [unit["code"] for unit in answer.json()["items"]]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("under=60&kind=district", ["593", "594"]),
        ("under=60&kind=police", ["60.CA"]),
        ("under=593", ["22918"]),
        ("kind=body", ["38.SYT", "60.CA", "60.MTTQ", "60.SYT"]),
        ("under=60&kind=district&on=2004-05-06", ["593"]),
        ("on=1975-04-30", []),
    ],
)
async def test_a_list_shows_the_units_of_a_day(province: Office, query: str, expected: list[str]) -> None:
    assert await codes(province, query) == expected


@pytest.mark.asyncio
async def test_a_list_is_read_page_by_page_without_gap_or_repetition(province: Office) -> None:
    seen: list[str] = []
    path = "/v1/units?limit=4"
    cursor: str | None = ""
    while cursor is not None:
        page = (await province.get(path + (f"&cursor={cursor}" if cursor else ""))).json()
        seen += [unit["code"] for unit in page["items"]]
        cursor = page["next_cursor"]

    assert seen == sorted(unit["code"] for unit in FIRST_UNITS["units"])


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "cursor"),
    [
        ("/v1/units", "harbour"),
        ("/v1/units", encode_cursor([7])),
        ("/v1/plans", encode_cursor([None])),
        ("/v1/plans/binh-thuan-2025/versions", encode_cursor(["1"])),
        ("/v1/catalogue/elements", encode_cursor([["a"]])),
        ("/v1/catalogue/indicators", encode_cursor(["a", "b"])),
    ],
)
async def test_a_cursor_that_was_not_ours_is_refused(province: Office, path: str, cursor: str) -> None:
    answer = await province.get(f"{path}?cursor={cursor}")

    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


@pytest.mark.asyncio
async def test_changes_are_followed_by_revision(nation: Office) -> None:
    first = (await nation.get("/v1/units?after=0")).json()
    await nation.create("/v1/unit-decisions", MERGER)

    then = (await nation.get(f"/v1/units?after={first['through']}&epoch={first['epoch']}")).json()

    assert {unit["code"] for unit in first["items"]} == {unit["code"] for unit in FIRST_UNITS["units"]}
    assert {unit["code"] for unit in then["items"]} == {"68", *MERGER["ended"]}
    assert (await nation.get(f"/v1/units?after={then['through']}")).json()["items"] == []


@pytest.mark.asyncio
async def test_changes_of_one_decision_are_not_torn_apart(nation: Office) -> None:
    changes = (await nation.get("/v1/units?after=0&limit=2")).json()

    assert len(changes["items"]) == len(FIRST_UNITS["units"])


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ["under=60", "kind=police", "on=2025-01-01"])
async def test_changes_cannot_be_filtered(province: Office, query: str) -> None:
    answer = await province.get(f"/v1/units?after=0&{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "changes_filtered")


@pytest.mark.asyncio
async def test_changes_of_another_history_are_refused(province: Office) -> None:
    answer = await province.get("/v1/units?after=0&epoch=019ee2c1-9d00-7d38-9e87-5ed40c6065e7")

    assert (answer.status_code, answer.json()["code"]) == (409, "epoch_changed")


@pytest.mark.asyncio
async def test_a_unit_is_shown_with_those_above_it(province: Office) -> None:
    answer = await province.get("/v1/units/22918")

    shown = answer.json()
    assert shown["unit"]["name"] == "Phường Mũi Né"
    assert [above["code"] for above in shown["ancestors"]] == ["593", "60", "VN"]
    assert shown["bearer"]["code"] == "22918"


@pytest.mark.asyncio
async def test_a_unit_that_is_gone_is_found_on_an_earlier_day_with_who_bears_its_duties(
    nation: Office,
) -> None:
    earlier = MERGER | {"on": "2025-04-01"}
    await nation.create("/v1/unit-decisions", earlier)

    now = await nation.get("/v1/units/60")
    before = await nation.get("/v1/units/60?on=2025-03-31")

    assert (now.status_code, now.json()["code"]) == (404, "unit_unknown")
    assert before.json()["bearer"]["code"] == "68"
    assert before.json()["successions"][0]["decision"] == MERGER["decision"]


@pytest.mark.asyncio
async def test_a_joint_team_is_shown_with_its_members(province: Office) -> None:
    team: dict[str, Any] = {
        "decision": "Quyết định thành lập Đội 178",
        "on": "2025-01-01",
        "units": [
            {
                "code": "60.DKTLN",
                "name": "Đội Kiểm tra liên ngành 178",
                "kind": "team",
                "function": "inspection",
                "parent": "60",
                "members": ["60.CA", "60.SYT"],
            }
        ],
    }
    await province.create("/v1/unit-decisions", team)

    shown = (await province.get("/v1/units/60.DKTLN")).json()

    assert [member["code"] for member in shown["members"]] == ["60.CA", "60.SYT"]
