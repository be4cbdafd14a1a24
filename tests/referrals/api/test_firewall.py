"""Nobody who enforces is let in, holds a case, offers a service or receives a referral."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from contracts.unit import UnitRecord
from kernel.clock import SetClock
from runtime.http.app import declarations
from tests.plans_told import MERGER, Teller, units_changed
from tests.referrals.builders import COUNTRY, SINCE, UNIT, a_case, a_service, at
from tests.referrals.conftest import application
from tests.referrals.office import SCOPES, Office, refusal
from tests.rig import Tokens

ENFORCING = ("15187.CA", "15187.CA-YT", "15187.D178")
"""Police, an infirmary of theirs, and the joint inspection team."""


@pytest.mark.asyncio
@pytest.mark.parametrize("unit", ENFORCING)
async def test_a_token_of_an_enforcement_body_is_refused_on_every_route(
    office: Callable[[str], Office], unit: str
) -> None:
    enforcing = office(unit)
    nothing = "019ee2c1-9d00-7d38-9e87-5ed40c6065e7"
    for route in declarations(application()):
        path = route.path.format_map(defaultdict(lambda: nothing))
        headers = enforcing.headers(Idempotency_Key="k", If_Match='"1"')

        answer = await enforcing.client.request(route.method, path, json={}, headers=headers)

        assert (route.name, *refusal(answer)) == (route.name, 403, "enforcement_excluded")


@pytest.mark.asyncio
@pytest.mark.parametrize("unit", ENFORCING)
async def test_an_enforcement_body_offers_no_service_and_holds_no_case(commune: Office, unit: str) -> None:
    offered = await commune.create("/v1/support-services", a_service(provider=unit))
    held = await commune.create("/v1/support-cases", a_case(holder=unit))

    assert refusal(offered) == (422, "recipient_enforces")
    assert refusal(held) == (422, "holder_enforces")
    assert (await commune.read("/v1/support-services"))["items"] == []


@pytest.mark.asyncio
async def test_a_service_that_is_not_independent_is_not_registered(station: Office) -> None:
    answer = await station.create("/v1/support-services", a_service(enforcement_independent=False))

    assert refusal(answer) == (422, "recipient_enforces")


def under_the_police() -> UnitRecord:
    """Return the health station as it is after it moved under the police."""
    station = COUNTRY.unit("15187.YT", "Trạm Y tế xã Kim Tân", "body", "health", "15187", SINCE, None)
    places = [
        {"parent_id": UNIT["15187"], "valid_from": SINCE, "valid_until": MERGER},
        {"parent_id": UNIT["15187.CA"], "valid_from": MERGER},
    ]
    return UnitRecord.model_validate(station.model_dump() | {"placements": places})


@pytest.mark.asyncio
@pytest.mark.parametrize(("day", "status"), [("2025-06-30", 201), ("2025-07-01", 422)])
async def test_who_enforces_is_asked_again_of_the_tree_of_the_day(
    union: Office, station: Office, plans: Teller, clock: SetClock, day: str, status: int
) -> None:
    health, case = await station.service(), await union.case()
    need = await union.need(case)
    await union.consent(case, health)
    await plans.tell(units_changed("Quyết định 7", (under_the_police(),)))
    clock.set(at(day))

    answer = await union.refer(case, need, health)

    assert answer.status_code == status
    if status == 422:
        assert refusal(answer) == (422, "recipient_enforces")
        assert refusal(await station.get("/v1/referrals")) == (403, "enforcement_excluded")


@pytest.mark.asyncio
async def test_nobody_is_referred_to_a_unit_whose_duties_nobody_bears(
    union: Office, station: Office, plans: Teller, clock: SetClock
) -> None:
    health, case = await station.service(), await union.case()
    need = await union.need(case)
    await union.consent(case, health)
    gone: Any = COUNTRY.unit("15187.YT", "Trạm Y tế xã Kim Tân", "body", "health", "15187", SINCE, MERGER)
    await plans.tell(units_changed("Quyết định 8", (gone,)))
    clock.set(at("2025-07-01"))

    assert refusal(await union.refer(case, need, health)) == (422, "recipient_gone")


@pytest.mark.asyncio
async def test_a_person_belongs_to_an_administrative_unit(union: Office) -> None:
    answer = await union.create("/v1/support-cases", a_case(unit="15187.YT"))

    assert refusal(answer) == (422, "unit_unfit")


@pytest.mark.asyncio
async def test_without_a_token_or_its_scope_nobody_gets_through(commune: Office, tokens: Tokens) -> None:
    routes = declarations(application())
    nothing = "019ee2c1-9d00-7d38-9e87-5ed40c6065e7"
    assert len(routes) == 25
    for route in routes:
        path = route.path.format_map(defaultdict(lambda: nothing))
        own = {"Idempotency-Key": "k", "If-Match": '"1"'}
        others = tokens.bearer(*(set(SCOPES) - {route.scope}), unit="15187")

        unknown = await commune.client.request(route.method, path, json={}, headers=own)
        unfit = await commune.client.request(route.method, path, json={}, headers=own | others)

        assert (route.name, *refusal(unknown)) == (route.name, 401, "token_missing")
        assert (route.name, *refusal(unfit)) == (route.name, 403, "scope_missing")
