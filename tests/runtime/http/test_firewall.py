"""Nothing about who seeks support reaches enforcement: neither by its scopes nor by its unit."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from contracts.unit import UnitRecord
from runtime.auth.refusals import ScopesConflict
from runtime.reference.apply import write_units
from runtime.service import Service
from tests.rig import Tokens
from tests.runtime import units
from tests.runtime.http.conftest import on_sqlite_only

pytestmark = [pytest.mark.asyncio, on_sqlite_only]


def body(code: str, function: str, *, kind: str = "body", members: tuple[UUID, ...] = ()) -> UnitRecord:
    plain = units.a_unit(code, under=units.KIM_TAN.unit_id)
    return plain.model_copy(update={"kind": kind, "function": function, "members": members})


STATION = body("15187.TYT", "health_station")
POLICE = body("15187.CA", "police")
TEAM = body("15187.DKTLN", "inspection", kind="team", members=(STATION.unit_id, POLICE.unit_id))
SQUAD = units.a_unit("15187.CA.HS", under=POLICE.unit_id).model_copy(update={"kind": "body", "function": "office"})


@pytest_asyncio.fixture(autouse=True)
async def bodies(client: httpx.AsyncClient, service: Service) -> None:  # noqa: ARG001 - the commune itself comes first
    """The commune's health station, its police with an office, and the team to which both send members."""
    new = (STATION, POLICE, TEAM, SQUAD)
    await service.database.write(lambda tx: write_units(tx, decision="1/QĐ-UBND", units=new, successions=()))


async def ask(client: httpx.AsyncClient, headers: dict[str, str]) -> tuple[int, str]:
    answer = await client.get("/v1/lamps", headers=headers)
    return answer.status_code, answer.json().get("code", "")


async def test_no_token_has_scopes_of_tips_and_of_referrals(tokens: Tokens) -> None:
    with pytest.raises(ScopesConflict):
        tokens.bearer("tips:read", "referrals:case", unit="15187")


@pytest.mark.parametrize("unit", ["15187.CA", "15187.DKTLN", "15187.CA.HS"])
async def test_a_scope_of_referrals_in_the_hands_of_an_enforcement_body_is_refused_everywhere(
    unit: str, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    headers = tokens.bearer("lighthouse:read", "referrals:case", unit=unit)

    assert await ask(client, headers) == (403, "enforcement_excluded")


async def test_without_such_a_scope_the_same_body_is_let_in(client: httpx.AsyncClient, tokens: Tokens) -> None:
    status, _ = await ask(client, tokens.bearer("lighthouse:read", unit="15187.CA"))

    assert status == 200


async def test_a_body_that_sends_a_member_to_a_joint_team_is_none_itself(
    client: httpx.AsyncClient, tokens: Tokens
) -> None:
    status, _ = await ask(client, tokens.bearer("lighthouse:read", "referrals:provide", unit="15187.TYT"))

    assert status == 200


async def test_of_a_unit_that_is_not_known_nobody_can_tell_so_it_is_refused(
    client: httpx.AsyncClient, tokens: Tokens
) -> None:
    headers = tokens.bearer("lighthouse:read", "referrals:case", unit="99999")

    assert await ask(client, headers) == (403, "unit_not_in_force")
