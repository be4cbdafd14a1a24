"""Who may do what: each route asks for a token, its scope, and a unit in the caller's subtree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from kernel.clock import SetClock
from runtime.auth.issuer import DevelopmentIssuer
from runtime.http.app import declarations
from runtime.http.declaration import Declaration, Kind
from tests.reports.builders import at, owed
from tests.reports.conftest import application
from tests.reports.office import H1, Q2, SCOPES, Office, refusal
from tests.rig import Tokens

pytestmark = pytest.mark.usefixtures("plan")

ROUTES = declarations(application())
OBLIGATION = owed("r1-quarter", "2025-Q2")
NOTHING = "019ee2c1-9d00-7d38-9e87-5ed40c6065e7"
PATHS = dict.fromkeys(("report_id", "subscription_id", "event_id", "run_id"), NOTHING) | {"obligation_id": OBLIGATION}
MERGED = at("2025-07-01", "00:00:00")


async def call(client: httpx.AsyncClient, route: Declaration, headers: dict[str, str]) -> httpx.Response:
    """Call a route as it wants to be called, but for the token."""
    own = {Kind.CREATE: {"Idempotency-Key": "k"}, Kind.BULK: {"Idempotency-Key": "k"}, Kind.EDIT: {"If-Match": '"1"'}}
    query = {"plan": "binh-thuan-2025", "indicator": "premises.share", "period": "2025"}
    return await client.request(
        route.method, route.path.format(**PATHS), params=query, json={}, headers=headers | own.get(route.kind, {})
    )


@pytest.mark.asyncio
async def test_a_caller_without_a_token_is_turned_away_everywhere(client: httpx.AsyncClient) -> None:
    assert len(ROUTES) == 37
    for route in ROUTES:
        answer = await call(client, route, {})

        assert (route.name, *refusal(answer)) == (route.name, 401, "token_missing")


@pytest.mark.asyncio
async def test_a_caller_without_the_scope_is_turned_away_everywhere(client: httpx.AsyncClient, tokens: Tokens) -> None:
    for route in ROUTES:
        others = {*SCOPES, "plans:write"} - {route.scope}
        answer = await call(client, route, tokens.bearer(*others, unit="60"))

        assert (route.name, *refusal(answer)) == (route.name, 403, "scope_missing")


@pytest.mark.asyncio
async def test_an_expired_token_is_turned_away(client: httpx.AsyncClient, tokens: Tokens, clock: SetClock) -> None:
    headers = tokens.bearer(*SCOPES, unit="60")
    clock.advance(timedelta(hours=2))

    assert refusal(await client.get("/v1/reports", headers=headers)) == (401, "token_expired")


@pytest.mark.asyncio
async def test_a_token_of_another_issuer_is_turned_away(
    client: httpx.AsyncClient, tokens: Tokens, clock: SetClock
) -> None:
    ours = tokens._issuer
    foreign = DevelopmentIssuer("https://harbour.test", ours.audience, ours.key, "unused", clock)
    headers = {"Authorization": f"Bearer {foreign.mint('harbour', scopes=SCOPES, unit='60')}"}

    assert refusal(await client.get("/v1/reports", headers=headers)) == (401, "token_invalid")


@pytest.mark.asyncio
async def test_another_district_sees_and_does_nothing(district: Office, office: Callable[[str], Office]) -> None:
    report, neighbour = await district.reported(Q2), office("594")
    version = {"covers": [Q2]}
    path = f"/v1/obligations/{OBLIGATION}"
    reason = {"reason": "Lũ lụt", "last_timely_on": "2025-06-20"}

    answers = [
        await neighbour.get(report),
        await neighbour.get(path),
        await neighbour.get(f"/v1/explanations{path[3:]}"),
        await neighbour.get("/v1/compliance", {"plan": "binh-thuan-2025"}),
        await neighbour.get("/v1/compliance", {"plan": "binh-thuan-2025", "unit": "593"}),
        await neighbour.get("/v1/compliance", {"unit": "593"}),
        await neighbour.get("/v1/indicators", {"plan": "binh-thuan-2025"}),
        await neighbour.create(f"{report}/versions", version),
        await neighbour.edit("POST", f"{report}/accept", etag='"2"'),
        await neighbour.edit("POST", f"{report}/return", {"reason": "Thiếu"}, etag='"2"'),
        await neighbour.edit("PUT", f"{report}/draft", version, etag='"2"'),
        await neighbour.edit("POST", f"{report}/submit", etag='"2"'),
        await neighbour.edit("PUT", f"{path}/due-day", reason, etag='"2"'),
        await neighbour.edit("POST", f"{path}/extension", reason, etag='"2"'),
        await neighbour.edit("POST", f"{path}/excuse", {"reason": "Lũ lụt"}, etag='"2"'),
        await neighbour.edit("POST", f"{path}/excuse/lift", {"reason": "Hết lũ"}, etag='"2"'),
    ]

    assert [refusal(answer) for answer in answers] == [(403, "unit_outside")] * len(answers)
    assert (await neighbour.read("/v1/reports"))["items"] == []
    assert {one["unit"] for one in (await neighbour.read("/v1/obligations"))["items"]} == {"594"}


@pytest.mark.asyncio
async def test_whoever_owes_a_report_does_not_decide_on_it(district: Office) -> None:
    report = await district.reported(Q2)
    path = f"/v1/obligations/{OBLIGATION}"

    assert refusal(await district.review(report, "accept")) == (403, "unit_outside")
    excused = await district.edit("POST", f"{path}/excuse", {"reason": "Bận"}, of=path)
    assert refusal(excused) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_the_receiver_reads_what_it_receives_but_reports_for_nobody(district: Office, health: Office) -> None:
    report = await district.reported(Q2)

    assert (await health.get(report)).status_code == 200
    assert refusal(await health.report(H1, unit="593")) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_an_empty_list_is_an_answer(district: Office) -> None:
    assert (await district.read("/v1/reports"))["items"] == []
    assert (await district.read("/v1/reports", after=0))["items"] == []


@pytest.mark.asyncio
async def test_who_took_over_a_dissolved_district_reports_in_its_place(
    district: Office, office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(MERGED)
    third_quarter = Q2 | {"period": "2025-Q3"}

    report = await office("22945").reported(third_quarter, unit="593")

    shown = await office("22945").read(report)
    assert (shown["unit"], shown["versions"][0]["sent_by"]) == ("593", "22945")
    refused: list[Any] = [
        await district.report(third_quarter),
        await district.get("/v1/reports"),
        await district.get("/v1/compliance"),
        await district.get("/v1/obligations"),
    ]
    assert [refusal(answer) for answer in refused] == [(403, "unit_not_in_force")] * 4


@pytest.mark.asyncio
async def test_another_commune_does_not_report_for_a_dissolved_district(
    office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(MERGED)

    answer = await office("23235").report(Q2 | {"period": "2025-Q3"}, unit="593")

    assert refusal(answer) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_who_took_over_from_the_receiver_accepts(
    district: Office, office: Callable[[str], Office], clock: SetClock
) -> None:
    report = await district.reported(Q2)
    clock.set(MERGED)

    await office("68.SYT").accept(report)

    assert (await office("68").read(report))["state"] == "accepted"
