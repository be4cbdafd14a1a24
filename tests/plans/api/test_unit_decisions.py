"""Decisions on units: taken in once, told to the others, refused whole when wrong."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.plans.wiring import Plans
from tests.plans.api.conftest import Office, spots
from tests.plans.builders import FIRST_UNITS
from tests.rig import published

MERGER: dict[str, Any] = {
    "decision": "Nghị quyết 202/2025/QH15",
    "on": "2025-07-01",
    "reference": "NQ 202/2025/QH15 ngày 12/6/2025",
    "units": [{"code": "68", "name": "Tỉnh Lâm Đồng", "kind": "province", "parent": "VN"}],
    "ended": ["60", "593", "594", "22918", "60.SYT", "60.CA", "60.MTTQ"],
    "successions": [{"from": "60", "to": "68", "bears_duties": True}],
}


@pytest.mark.asyncio
async def test_a_decision_is_taken_in_and_told(nation: Office, service: Plans) -> None:
    answer = await nation.create("/v1/unit-decisions", MERGER)

    assert answer.status_code == 201, answer.text
    taken = answer.json()
    assert (taken["units"], taken["successions"]) == (8, 1)
    fact, event = (await published(service.database))[-1]
    assert fact == "units.changed"
    assert event["decision_id"] == taken["decision_id"]
    assert (event["part"], event["parts"]) == (1, 1)
    assert {unit["code"]: unit["valid_until"] for unit in event["units"]}["60"] == "2025-07-01"
    assert event["successions"][0]["bears_duties"] is True


@pytest.mark.asyncio
async def test_a_taken_decision_can_be_read(nation: Office) -> None:
    taken = (await nation.create("/v1/unit-decisions", MERGER)).json()

    answer = await nation.get(f"/v1/unit-decisions/{taken['decision_id']}")

    assert answer.json() == taken


@pytest.mark.asyncio
async def test_an_unknown_decision_is_not_found(nation: Office) -> None:
    answer = await nation.get("/v1/unit-decisions/019ee2c1-9d00-7d38-9e87-5ed40c6065e7")

    assert (answer.status_code, answer.json()["code"]) == (404, "unit_decision_unknown")


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["harbour-1", "another-key"])
async def test_the_same_decision_again_changes_nothing(nation: Office, service: Plans, key: str) -> None:
    first = await nation.create("/v1/unit-decisions", MERGER, key="harbour-1")
    told = await published(service.database)

    again = await nation.create("/v1/unit-decisions", MERGER, key=key)

    assert (again.status_code, again.json()) == (201, first.json())
    assert await published(service.database) == told


@pytest.mark.asyncio
async def test_a_decision_that_a_later_one_contradicts_can_still_be_repeated(nation: Office) -> None:
    await nation.create("/v1/unit-decisions", MERGER)

    again = await nation.create("/v1/unit-decisions", FIRST_UNITS)

    assert (again.status_code, again.json()["units"]) == (201, len(FIRST_UNITS["units"]))


@pytest.mark.asyncio
async def test_other_content_under_the_same_decision_is_refused(nation: Office) -> None:
    await nation.create("/v1/unit-decisions", MERGER)

    answer = await nation.create("/v1/unit-decisions", MERGER | {"reference": "khác"})

    assert (answer.status_code, answer.json()["code"]) == (409, "decision_differs")


@pytest.mark.asyncio
async def test_what_is_so_already_is_neither_counted_nor_told(nation: Office, service: Plans) -> None:
    told = await published(service.database)

    answer = await nation.create("/v1/unit-decisions", FIRST_UNITS | {"decision": "Danh mục chép lại"})

    assert (answer.status_code, answer.json()["units"]) == (201, 0)
    assert await published(service.database) == told


@pytest.mark.asyncio
async def test_a_decision_that_names_an_unknown_unit_says_where_in_both_languages(nation: Office) -> None:
    wrong = MERGER | {"ended": ["60", "99"]}

    vietnamese = await nation.create("/v1/unit-decisions", wrong)
    english = await nation.create("/v1/unit-decisions", wrong, language="en")

    assert vietnamese.status_code == english.status_code == 422
    assert spots(vietnamese) == [("/ended/1", "unit_unknown")]
    assert vietnamese.json()["title"] == "Quyết định chưa hợp lệ"
    assert english.json()["title"] == "Invalid decision"


TREE_REFUSES: list[tuple[dict[str, Any], str]] = [
    ({"ended": ["60"]}, "parent_missing"),
    ({"successions": [{"from": "60", "to": "68"}]}, "bearer_unclear"),
    (
        {"units": [*MERGER["units"], {"code": "38", "name": "Trùng", "kind": "province", "parent": "VN"}]},
        "unit_code_taken",
    ),
    ({"units": [MERGER["units"][0] | {"valid_until": "2025-06-30"}], "successions": []}, "end_before_beginning"),
    ({"ended": [], "successions": [], "moved": [{"code": "60", "parent": "593"}]}, "units_in_circle"),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("changed", "code"), TREE_REFUSES, ids=[row[1] for row in TREE_REFUSES])
async def test_a_decision_that_makes_the_tree_contradict_itself_leaves_nothing_behind(
    nation: Office, service: Plans, changed: dict[str, Any], code: str
) -> None:
    told = await published(service.database)

    answer = await nation.create("/v1/unit-decisions", MERGER | changed)

    assert answer.json()["code"] == code
    assert 400 <= answer.status_code < 500
    assert await published(service.database) == told
    units = (await nation.get("/v1/units?on=2025-07-01")).json()["items"]
    assert [unit["code"] for unit in units] == sorted(unit["code"] for unit in FIRST_UNITS["units"])


@pytest.mark.asyncio
async def test_a_unit_without_a_name_is_refused_with_its_place(nation: Office) -> None:
    answer = await nation.create("/v1/unit-decisions", MERGER | {"units": [{"code": "68", "kind": "province"}]})

    assert (answer.status_code, answer.json()["code"]) == (422, "input_invalid")
    assert spots(answer) == [("/units/0/name", "missing")]


@pytest.mark.asyncio
async def test_twins_with_different_keys_make_one_decision(nation: Office, service: Plans) -> None:
    answers = await asyncio.gather(
        *(nation.create("/v1/unit-decisions", MERGER, key=f"twin-{number}") for number in range(4))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["decision_id"] for answer in answers}) == 1
    assert [fact for fact, _ in await published(service.database)] == ["units.changed"] * 2
