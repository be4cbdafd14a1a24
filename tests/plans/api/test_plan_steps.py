"""A plan on its way: issued, amended, closed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from kernel.clock import SetClock
from services.plans.wiring import Plans
from tests.plans.api.conftest import Office, spots
from tests.plans.api.test_unit_decisions import MERGER
from tests.plans.builders import a_plan, a_rule, an_element, an_indicator
from tests.rig import Tokens, published

DECISION = "Quyết định 7/QĐ-UBND"


def an_amendment(**changed: Any) -> dict[str, Any]:
    """Return the full new text of the builders' plan, in force from September."""
    return a_plan(**({"effective_on": "2025-09-01", "decision": DECISION} | changed))


@pytest.mark.asyncio
async def test_an_issued_plan_is_told_whole_with_every_unit_resolved(province: Office, service: Plans) -> None:
    path = await province.draft()

    answer = await province.edit("POST", f"{path}/issue", edition=1)

    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["state"], shown["version"], shown["draft"]) == ("issued", 1, None)
    assert (shown["issued_at"], answer.headers["ETag"]) == ("2025-04-18T02:00:00Z", '"2"')
    fact, event = (await published(service.database))[-1]
    assert fact == "plan.issued"
    assert event == {"plan": shown["plan"], "occurred_at": "2025-04-18T02:00:00Z"}
    assert len(event["plan"]["rules"][0]["reporter_ids"]) == 3


@pytest.mark.asyncio
async def test_a_plan_can_be_issued_long_after_it_took_effect(province: Office, service: Plans) -> None:
    path = await province.draft(effective_on="2024-01-02", issued_on="2024-01-02", from_year=2024, until_year=2024)

    await province.edit("POST", f"{path}/issue", edition=1)

    _, event = (await published(service.database))[-1]
    assert event["plan"]["effective_on"] == "2024-01-02"
    assert event["occurred_at"] == "2025-04-18T02:00:00Z"


@pytest.mark.asyncio
async def test_a_plan_is_issued_once_however_often_it_is_asked(province: Office, service: Plans) -> None:
    path = await province.draft()

    answers = await asyncio.gather(*(province.edit("POST", f"{path}/issue", edition=1) for _ in range(3)))

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    assert [fact for fact, _ in await published(service.database)] == ["units.changed", "plan.issued"]


@pytest.mark.asyncio
async def test_a_plan_is_checked_again_when_it_is_issued(nation: Office, service: Plans) -> None:
    path = await nation.draft(effective_on="2025-08-01", units_as_of="2025-08-01")
    await nation.create("/v1/unit-decisions", MERGER)

    answer = await nation.edit("POST", f"{path}/issue", edition=1)

    assert answer.status_code == 422
    assert ("/issuer", "unit_unknown") in spots(answer)
    assert (await nation.get(path)).json()["state"] == "draft"
    assert "plan.issued" not in [fact for fact, _ in await published(service.database)]


@pytest.mark.asyncio
async def test_the_successor_of_a_dissolved_issuer_may_issue_its_plan(
    nation: Office, clock: SetClock, tokens: Tokens
) -> None:
    path = await nation.draft()
    await nation.create("/v1/unit-decisions", MERGER)
    clock.set(datetime(2025, 7, 15, 2, 0, tzinfo=UTC))
    successor = Office(nation.client, tokens.bearer("plans:write", unit="68"))

    answer = await successor.edit("POST", f"{path}/issue", edition=1)

    assert answer.status_code == 200, answer.text


@pytest.mark.asyncio
async def test_a_plan_is_not_issued_for_a_unit_to_which_the_code_has_passed(
    province: Office, nation: Office, service: Plans
) -> None:
    august = {"effective_on": "2025-08-01", "indicators": [], "rules": []}
    drafted = await province.draft(**august)
    issued = await province.issue(slug="issued", symbol=None, indicators=[], rules=[])
    passed_on = {"code": "60", "name": "Xã Sáu Mươi", "kind": "commune", "parent": "38"}
    decision = MERGER | {"units": [*MERGER["units"], passed_on]}
    assert (await nation.create("/v1/unit-decisions", decision)).status_code == 201
    amendment = a_plan(slug="issued", symbol=None, decision=DECISION, **august)

    issuing = await province.edit("POST", f"{drafted}/issue", edition=1)
    amending = await province.edit("POST", f"{issued}/amend", amendment, edition=2)

    assert [(answer.status_code, answer.json()["code"]) for answer in (issuing, amending)] == [
        (403, "unit_outside")
    ] * 2
    assert (await published(service.database))[-1][0] == "units.changed"


@pytest.mark.asyncio
async def test_whoever_takes_over_a_code_does_not_take_over_its_plans(
    province: Office, nation: Office, neighbour: Office, service: Plans
) -> None:
    august = {"effective_on": "2025-08-01", "indicators": [], "rules": []}
    drafted = await province.draft(**august)
    issued = await province.issue(slug="issued", symbol=None, indicators=[], rules=[])
    passed_on = {"code": "60", "name": "Xã Sáu Mươi", "kind": "commune", "parent": "38"}
    decision = MERGER | {"on": "2025-04-18", "units": [*MERGER["units"], passed_on]}
    assert (await nation.create("/v1/unit-decisions", decision)).status_code == 201
    amendment = a_plan(slug="issued", symbol=None, decision=DECISION, **august)

    issuing = await neighbour.edit("POST", f"{drafted}/issue", edition=1)
    amending = await neighbour.edit("POST", f"{issued}/amend", amendment, edition=2)

    assert [(answer.status_code, answer.json()["code"]) for answer in (issuing, amending)] == [
        (403, "unit_outside")
    ] * 2
    assert (await published(service.database))[-1][0] == "units.changed"


@pytest.mark.asyncio
async def test_an_amendment_is_a_new_version_beside_the_old_one(province: Office, service: Plans) -> None:
    path = await province.issue()
    amended = an_amendment(rules=[a_rule(due={"bound": "by", "day": 20})])

    answer = await province.edit("POST", f"{path}/amend", amended, edition=2)

    assert answer.status_code == 200, answer.text
    assert (answer.json()["version"], answer.headers["ETag"]) == (2, '"3"')
    fact, event = (await published(service.database))[-1]
    assert (fact, event["plan"]) == ("plan.amended", answer.json()["plan"])
    assert (event["plan"]["decision"], event["plan"]["effective_on"]) == (DECISION, "2025-09-01")
    first = (await province.get(f"{path}?version=1")).json()
    assert (first["version"], first["plan"]["rules"][0]["due"]["day"]) == (1, 15)


@pytest.mark.asyncio
async def test_an_amendment_resolves_its_selectors_on_its_own_day(nation: Office) -> None:
    path = await nation.issue()
    ended = {"decision": "Nghị quyết 7", "on": "2025-07-01", "ended": ["60.CA"]}
    await nation.create("/v1/unit-decisions", ended)

    answer = await nation.edit("POST", f"{path}/amend", an_amendment(), edition=2)

    assert len(answer.json()["plan"]["rules"][0]["reporter_ids"]) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changed", "spot"),
    [
        ({"effective_on": "2025-04-17"}, ("/effective_on", "effective_before_plan")),
        ({"slug": "another"}, ("/slug", "slug_differs")),
        ({"rules": [a_rule(receivers=["99"])]}, ("/rules/0/receivers/0", "unit_unknown")),
        ({"decision": ""}, ("/decision", "string_too_short")),
    ],
)
async def test_an_amendment_with_a_fault_changes_nothing(
    province: Office, service: Plans, changed: dict[str, Any], spot: tuple[str, str]
) -> None:
    path = await province.issue()

    answer = await province.edit("POST", f"{path}/amend", an_amendment(**changed), edition=2)

    assert answer.status_code == 422
    assert spots(answer) == [spot]
    assert (await province.get(path)).json()["version"] == 1
    assert (await published(service.database))[-1][0] == "plan.issued"


@pytest.mark.asyncio
async def test_a_closed_plan_stays_readable_and_is_told(province: Office, service: Plans) -> None:
    path = await province.issue()

    answer = await province.edit("POST", f"{path}/close", {"reason": "Hết kỳ kế hoạch"}, edition=2)

    shown = answer.json()
    assert (shown["state"], shown["close_reason"], shown["closed_at"]) == (
        "closed",
        "Hết kỳ kế hoạch",
        "2025-04-18T02:00:00Z",
    )
    assert shown["plan"]["slug"] == "binh-thuan-2025"
    fact, event = (await published(service.database))[-1]
    assert (fact, event["reason"], event["slug"]) == ("plan.closed", "Hết kỳ kế hoạch", "binh-thuan-2025")
    assert (await province.get(path)).json() == shown


ILLEGAL: list[tuple[str, str, str, Any, str]] = [
    ("draft", "POST", "/amend", an_amendment(), "edit, issue"),
    ("draft", "POST", "/close", {"reason": "Hết hạn"}, "edit, issue"),
    ("issued", "PUT", "", a_plan(), "amend, close"),
    ("issued", "POST", "/issue", None, "amend, close"),
    ("closed", "PUT", "", a_plan(), "—"),
    ("closed", "POST", "/issue", None, "—"),
    ("closed", "POST", "/amend", an_amendment(), "—"),
    ("closed", "POST", "/close", {"reason": "Hết hạn"}, "—"),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("state", "method", "step", "body", "legal"), ILLEGAL)
async def test_a_step_that_the_state_does_not_allow_names_those_it_allows(
    province: Office, state: str, method: str, step: str, body: Any, legal: str
) -> None:
    path = await (province.draft() if state == "draft" else province.issue())
    if state == "closed":
        await province.edit("POST", f"{path}/close", {"reason": "Hết hạn"}, edition=2)
    edition = {"draft": 1, "issued": 2, "closed": 3}[state]

    answer = await province.edit(method, path + step, body, edition=edition)

    assert (answer.status_code, answer.json()["code"]) == (409, "transition_illegal")
    assert answer.json()["mend"] == f"Có thể: {legal}."


@pytest.mark.asyncio
async def test_the_versions_of_a_plan_are_listed_and_followed(province: Office) -> None:
    path = await province.issue()
    seen = (await province.get(f"{path}/versions?after=0")).json()
    await province.edit("POST", f"{path}/amend", an_amendment(), edition=2)
    await province.edit("POST", f"{path}/amend", an_amendment(effective_on="2025-10-01"), edition=3)

    first_page = (await province.get(f"{path}/versions?limit=2")).json()
    second_page = (await province.get(f"{path}/versions?limit=2&cursor={first_page['next_cursor']}")).json()
    later = (await province.get(f"{path}/versions?after={seen['through']}")).json()

    assert [one["effective_on"] for one in first_page["items"]] == ["2025-04-18", "2025-09-01"]
    assert [one["effective_on"] for one in second_page["items"]] == ["2025-10-01"]
    assert [one["version"] for one in seen["items"]] == [1]
    assert [one["version"] for one in later["items"]] == [2, 3]


@pytest.mark.asyncio
async def test_a_version_that_is_not_there_is_not_found(province: Office) -> None:
    path = await province.issue()

    answer = await province.get(f"{path}?version=2")

    assert (answer.status_code, answer.json()["code"]) == (404, "plan_unknown")


@pytest.mark.asyncio
async def test_what_an_issued_plan_says_enters_the_catalogue(province: Office) -> None:
    path = await province.draft()
    drafted = (await province.get("/v1/catalogue/elements")).json()["items"]
    await province.edit("POST", f"{path}/issue", edition=1)

    elements = (await province.get("/v1/catalogue/elements?limit=2")).json()
    rest = (await province.get(f"/v1/catalogue/elements?limit=2&cursor={elements['next_cursor']}")).json()
    indicators = (await province.get("/v1/catalogue/indicators")).json()["items"]

    assert drafted == []
    assert [one["code"] for one in elements["items"] + rest["items"]] == [
        "posts.published",
        "premises.inspected",
        "premises.total",
    ]
    assert (elements["items"][0]["kind"], elements["items"][0]["monthly"]) == ("flow", True)
    assert [(one["code"], one["measure"], one["first_plan"]) for one in indicators] == [
        ("enforcement.premises-inspected", "ratio", "binh-thuan-2025")
    ]


@pytest.mark.asyncio
async def test_what_the_catalogue_has_already_does_not_change(province: Office) -> None:
    await province.issue()
    seen = (await province.get("/v1/catalogue/indicators?after=0")).json()
    await province.issue(slug="another", symbol=None)

    for words in ("elements", "indicators"):
        assert (await province.get(f"/v1/catalogue/{words}?after={seen['through']}")).json()["items"] == []


@pytest.mark.asyncio
async def test_what_an_amendment_adds_enters_the_catalogue(province: Office) -> None:
    path = await province.issue(elements=[], indicators=[])
    amended = an_amendment(elements=[an_element("cases.tried")], indicators=[])
    await province.edit("POST", f"{path}/amend", amended, edition=2)

    elements = (await province.get("/v1/catalogue/elements")).json()["items"]

    assert [one["code"] for one in elements] == ["cases.tried"]


@pytest.mark.asyncio
async def test_a_code_of_the_catalogue_keeps_its_kind(province: Office) -> None:
    await province.issue()
    other = a_plan(slug="another", symbol=None)
    other["elements"][1]["kind"] = "flow"

    answer = await province.create("/v1/plans", other)

    assert (answer.status_code, answer.json()["code"]) == (409, "catalogue_conflict")
    assert spots(answer) == [("/elements/1/kind", "catalogue_conflict")]


@pytest.mark.asyncio
async def test_a_conflict_with_what_was_issued_meanwhile_is_found_when_issuing(province: Office) -> None:
    other = a_plan(slug="another", symbol=None, elements=[an_element("premises.total", kind="flow")], indicators=[])
    await province.create("/v1/plans", other)
    await province.issue()

    answer = await province.edit("POST", "/v1/plans/another/issue", edition=1)

    assert (answer.status_code, answer.json()["code"]) == (409, "catalogue_conflict")


@pytest.mark.asyncio
async def test_a_promise_without_a_number_takes_the_first_measure_that_a_plan_gives_it(province: Office) -> None:
    code = "prevention.integration"
    await province.issue(indicators=[an_indicator(code, measure="narrative")])
    followed = (await province.get("/v1/catalogue/indicators?after=0")).json()
    await province.issue(slug="another", symbol=None, indicators=[an_indicator(code)])

    changed = (await province.get(f"/v1/catalogue/indicators?after={followed['through']}")).json()["items"]

    assert [(one["measure"], one["first_plan"]) for one in followed["items"]] == [("narrative", "binh-thuan-2025")]
    assert [(one["measure"], one["first_plan"]) for one in changed] == [("ratio", "binh-thuan-2025")]
