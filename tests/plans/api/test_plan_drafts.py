"""Drafting plans: taken in once, refused with every fault named."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.plans.wiring import Plans
from tests.plans.api.conftest import Office, spots
from tests.plans.builders import a_plan, a_rule, an_element, an_indicator
from tests.rig import published


@pytest.mark.asyncio
async def test_a_draft_is_shown_as_it_was_sent(province: Office) -> None:
    answer = await province.create("/v1/plans", a_plan())

    assert (answer.status_code, answer.json()["slug"]) == (201, "binh-thuan-2025")
    read = await province.get("/v1/plans/binh-thuan-2025")
    shown = read.json()
    assert (shown["state"], shown["version"], shown["plan"], read.headers["ETag"]) == ("draft", 0, None, '"1"')
    assert shown["plan_id"] == answer.json()["plan_id"]
    assert {name: shown["draft"][name] for name in ("slug", "symbol", "issuer")} == {
        "slug": "binh-thuan-2025",
        "symbol": "1643/KH-UBND",
        "issuer": "60",
    }


@pytest.mark.asyncio
async def test_a_draft_is_told_to_nobody(province: Office, service: Plans) -> None:
    await province.draft()

    assert [fact for fact, _ in await published(service.database)] == ["units.changed"]


@pytest.mark.asyncio
async def test_a_repeated_request_gets_the_first_answer(province: Office) -> None:
    first = await province.create("/v1/plans", a_plan(), key="retried")
    await province.edit("POST", "/v1/plans/binh-thuan-2025/issue", edition=1)

    again = await province.create("/v1/plans", a_plan(), key="retried")

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.asyncio
async def test_twins_with_one_key_make_one_plan(province: Office) -> None:
    answers = await asyncio.gather(*(province.create("/v1/plans", a_plan(), key="twin") for _ in range(4)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["plan_id"] for answer in answers}) == 1


@pytest.mark.asyncio
async def test_the_same_key_with_another_body_is_refused(province: Office) -> None:
    await province.create("/v1/plans", a_plan(), key="reused")

    answer = await province.create("/v1/plans", a_plan(slug="another"), key="reused")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.asyncio
async def test_a_request_without_a_key_is_refused(province: Office) -> None:
    answer = await province.client.post("/v1/plans", json=a_plan(), headers=province.headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.asyncio
async def test_a_slug_names_one_plan(province: Office) -> None:
    await province.draft()

    answer = await province.create("/v1/plans", a_plan(symbol="1644/KH-UBND"))

    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")


SYMBOLS: list[tuple[dict[str, Any], int]] = [
    ({}, 409),
    ({"symbol": "1644/KH-UBND"}, 201),
    ({"symbol": None}, 201),
    ({"issued_on": "2024-12-30"}, 201),
    ({"issuer": "593", "rules": []}, 201),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("changed", "status"), SYMBOLS)
async def test_a_symbol_is_unique_per_issuer_and_year(province: Office, changed: dict[str, Any], status: int) -> None:
    await province.draft()

    answer = await province.create("/v1/plans", a_plan(slug="another") | changed)

    assert answer.status_code == status
    if status == 409:
        assert answer.json()["code"] == "symbol_taken"
        assert "binh-thuan-2025" in answer.json()["detail"]


@pytest.mark.asyncio
async def test_plans_of_unknown_symbol_do_not_stand_in_each_other_s_way(province: Office) -> None:
    await province.draft(symbol=None)

    await province.draft(symbol=None, slug="another")


@pytest.mark.asyncio
async def test_every_fault_is_named_at_once_in_both_languages(province: Office) -> None:
    wrong = a_plan(
        issuer="99",
        indicators=[an_indicator(measure="ratio", numerator=["premises.inspected"])],
        rules=[a_rule(due={"bound": "before", "day": 3}, elements=["cases.tried"])],
    )

    vietnamese = await province.create("/v1/plans", wrong)
    english = await province.create("/v1/plans", wrong, language="en")

    assert vietnamese.status_code == english.status_code == 422
    assert vietnamese.headers["content-type"] == "application/problem+json"
    assert set(spots(vietnamese)) == {
        ("/issuer", "unit_unknown"),
        ("/indicators/0/measure/denominator", "denominator_missing"),
        ("/rules/0/due/day", "due_before_cut_off"),
        ("/rules/0/elements/0", "element_unknown"),
    }
    assert (vietnamese.json()["title"], english.json()["title"]) == ("Kế hoạch chưa hợp lệ", "Invalid plan")
    assert "errors" in vietnamese.json()["mend"]
    assert (await province.get("/v1/plans")).json()["items"] == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changed", "spot"),
    [
        ({"rules": [a_rule(receivers=[])]}, ("/rules/0/receivers", "too_short")),
        ({"from_year": 1999}, ("/from_year", "greater_than_equal")),
        ({"effective_on": "18/4/2025"}, ("/effective_on", "date_from_datetime_parsing")),
        ({"suspects": []}, ("/suspects", "extra_forbidden")),
        ({"elements": [an_element(kind="guess")]}, ("/elements/0/kind", "enum")),
    ],
)
async def test_a_body_of_another_shape_is_refused_with_its_place(
    province: Office, changed: dict[str, Any], spot: tuple[str, str]
) -> None:
    answer = await province.create("/v1/plans", a_plan(**changed))

    assert (answer.status_code, answer.json()["code"]) == (422, "input_invalid")
    assert spots(answer) == [spot]


@pytest.mark.asyncio
async def test_a_superior_plan_that_is_not_here_is_only_a_reference(province: Office) -> None:
    path = await province.draft(superior_plans=[{"symbol": "57/KH-UBND", "plan_slug": "not-here-2021"}])

    assert (await province.get(path)).status_code == 200


@pytest.mark.asyncio
async def test_a_draft_is_replaced_by_an_edit(province: Office) -> None:
    path = await province.draft()

    answer = await province.edit("PUT", path, a_plan(title="Kế hoạch mới", symbol="1644/KH-UBND"), edition=1)

    assert answer.status_code == 200, answer.text
    assert (answer.json()["draft"]["title"], answer.headers["ETag"]) == ("Kế hoạch mới", '"2"')
    (listed,) = (await province.get("/v1/plans")).json()["items"]
    assert (listed["title"], listed["symbol"]) == ("Kế hoạch mới", "1644/KH-UBND")


@pytest.mark.asyncio
async def test_an_edit_of_what_somebody_changed_meanwhile_is_refused(province: Office) -> None:
    path = await province.draft()
    await province.edit("PUT", path, a_plan(title="Kế hoạch mới"), edition=1)

    answer = await province.edit("PUT", path, a_plan(title="Kế hoạch cũ"), edition=1)

    assert (answer.status_code, answer.json()["code"]) == (412, "version_outdated")
    assert (await province.get(path)).json()["draft"]["title"] == "Kế hoạch mới"


@pytest.mark.asyncio
async def test_an_edit_that_names_no_edition_is_refused(province: Office) -> None:
    path = await province.draft()

    answer = await province.client.put(path, json=a_plan(), headers=province.headers)

    assert (answer.status_code, answer.json()["code"]) == (428, "if_match_missing")


@pytest.mark.asyncio
async def test_a_plan_keeps_its_slug(province: Office) -> None:
    path = await province.draft()

    answer = await province.edit("PUT", path, a_plan(slug="another"), edition=1)

    assert answer.status_code == 422
    assert spots(answer) == [("/slug", "slug_differs")]


@pytest.mark.asyncio
async def test_an_edit_cannot_take_another_plan_s_symbol(province: Office) -> None:
    await province.draft()
    path = await province.draft(slug="another", symbol="1644/KH-UBND")

    answer = await province.edit("PUT", path, a_plan(slug="another"), edition=1)

    assert (answer.status_code, answer.json()["code"]) == (409, "symbol_taken")


@pytest.mark.asyncio
async def test_a_plan_that_is_not_there_is_not_found(province: Office) -> None:
    for answer in (
        await province.get("/v1/plans/not-here"),
        await province.edit("PUT", "/v1/plans/not-here", a_plan(), edition=1),
        await province.get("/v1/plans/not-here/versions"),
        await province.get("/v1/plans/not-here/versions?after=0"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "plan_unknown")
