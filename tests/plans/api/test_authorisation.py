"""Who may do what: each route asks for a token, its scope, and a unit in the caller's subtree."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from kernel.clock import SetClock
from runtime.http.app import declarations
from runtime.http.declaration import Declaration, Kind
from services.plans.main import create
from services.plans.wiring import Plans
from tests.plans.api.conftest import Office
from tests.plans.builders import a_plan
from tests.rig import Tokens

BODIES: dict[str, Any] = {
    "create_plan": a_plan(),
    "replace_plan_draft": a_plan(),
    "amend_issued_plan": a_plan(decision="Quyết định 7/QĐ-UBND"),
    "close_issued_plan": {"reason": "Hết hạn"},
    "take_unit_decision": {"decision": "x", "on": "2025-07-01"},
    "take_day_decision": {"decision": "x", "decided_on": "2025-07-01"},
}


NOTHING = "019ee2c1-9d00-7d38-9e87-5ed40c6065e7"


async def call(client: httpx.AsyncClient, route: Declaration, headers: dict[str, str]) -> httpx.Response:
    """Call a route as it wants to be called, but for the token."""
    path = route.path.format(slug="binh-thuan-2025", code="60", decision_id=NOTHING, run_id=NOTHING)
    own = {Kind.CREATE: {"Idempotency-Key": "k"}, Kind.EDIT: {"If-Match": '"1"'}}.get(route.kind, {})
    query = {"year": "2025"} if path == "/v1/calendar" else None
    return await client.request(route.method, path, json=BODIES.get(route.name), params=query, headers=headers | own)


@pytest.mark.asyncio
async def test_a_caller_without_a_token_is_turned_away_everywhere(client: httpx.AsyncClient, service: Plans) -> None:
    for route in declarations(create(service)):
        answer = await call(client, route, {})

        assert (route.name, answer.status_code, answer.json()["code"]) == (route.name, 401, "token_missing")


@pytest.mark.asyncio
async def test_a_caller_without_the_scope_is_turned_away_everywhere(
    client: httpx.AsyncClient, service: Plans, tokens: Tokens
) -> None:
    routes = declarations(create(service))
    assert len(routes) == 18

    for route in routes:
        others = {"plans:read", "plans:write", "plans:units", "plans:calendar"} - {route.scope}
        answer = await call(client, route, tokens.bearer(*others, unit="60"))

        assert (route.name, answer.status_code, answer.json()["code"]) == (route.name, 403, "scope_missing")


@pytest.mark.asyncio
async def test_an_expired_token_is_turned_away(settled: httpx.AsyncClient, tokens: Tokens, clock: SetClock) -> None:
    headers = tokens.bearer("plans:read", unit="60")
    clock.advance(timedelta(hours=2))

    answer = await settled.get("/v1/plans", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


@pytest.mark.asyncio
async def test_nobody_drafts_a_plan_for_another_province(neighbour: Office) -> None:
    answer = await neighbour.create("/v1/plans", a_plan())

    assert (answer.status_code, answer.json()["code"]) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_nobody_passes_a_draft_on_to_another_province(province: Office) -> None:
    path = await province.draft()
    rules: list[Any] = []

    answer = await province.edit("PUT", path, a_plan(issuer="38", rules=rules), edition=1)

    assert (answer.status_code, answer.json()["code"]) == (403, "unit_outside")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "step", "body"),
    [
        # Nor by making it its own.
        ("PUT", "", a_plan(issuer="38", rules=[])),
        ("POST", "/issue", None),
    ],
)
async def test_a_neighbour_cannot_touch_a_draft(
    province: Office, neighbour: Office, method: str, step: str, body: Any
) -> None:
    path = await province.draft()

    answer = await neighbour.edit(method, path + step, body, edition=1)

    assert (answer.status_code, answer.json()["code"]) == (403, "unit_outside")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("step", "body"),
    [("/amend", a_plan(decision="Quyết định 7/QĐ-UBND")), ("/close", {"reason": "Hết hạn"})],
)
async def test_a_neighbour_cannot_touch_an_issued_plan(
    province: Office, neighbour: Office, step: str, body: Any
) -> None:
    path = await province.issue()

    answer = await neighbour.edit("POST", path + step, body, edition=2)

    assert (answer.status_code, answer.json()["code"]) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_whoever_stands_above_acts_for_the_issuer(nation: Office) -> None:
    path = await nation.issue()

    assert (await nation.get(path)).json()["state"] == "issued"


@pytest.mark.asyncio
async def test_a_plan_is_read_by_every_office_with_the_scope(province: Office, neighbour: Office) -> None:
    path = await province.issue()

    assert (await neighbour.get(path)).status_code == 200


@pytest.mark.asyncio
async def test_a_province_cannot_end_units_of_another(neighbour: Office) -> None:
    answer = await neighbour.create(
        "/v1/unit-decisions", {"decision": "Nghị quyết 7", "on": "2025-07-01", "ended": ["60.MTTQ"]}
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_a_token_of_a_unit_that_is_gone_acts_for_nobody(settled: httpx.AsyncClient, tokens: Tokens) -> None:
    headers = tokens.bearer("plans:write", unit="61") | {"Idempotency-Key": "k"}

    answer = await settled.post("/v1/plans", json=a_plan(), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "unit_not_in_force")
