"""Routes: none comes into being without its declaration, and none gets past it."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from kernel.clock import SetClock
from runtime.http.app import create_app, declarations
from runtime.http.declaration import Kind, UnitRule
from runtime.http.routes import Creates, OpenCreates, Reads, Routes, RouteUndeclared
from tests.rig import SqliteBlueprint, Tokens
from tests.runtime.lighthouse.service import a_service, an_app


@pytest.fixture
def room() -> Routes:
    return Routes("lighthouse", "cellar")


def app_with(room: Routes, blueprint: SqliteBlueprint, clock: SetClock, tokens: Tokens) -> FastAPI:
    service = a_service(f"sqlite+aiosqlite:///{blueprint.path}", clock=clock, verifier=tokens.verifier())
    return create_app(service, [room], title="Hải đăng", description="For tests.")


@pytest.mark.parametrize("scope", ["", "read", "lighthouse:", "Lighthouse:Read", "lighthouse:read\n"])
def test_a_route_without_a_scope_is_not_registered(room: Routes, scope: str) -> None:
    with pytest.raises(RouteUndeclared, match="declares no scope"):
        room.read("/v1/lens", scope=scope, units=UnitRule.ANY)


def test_a_route_of_one_kind_cannot_take_the_call_of_another(room: Routes) -> None:
    async def grind_lens(call: Reads) -> dict[str, str]: ...  # type: ignore[empty-body]

    with pytest.raises(RouteUndeclared, match="its `call` is a CreateCall"):
        room.create("/v1/lens", scope="lighthouse:grind", units=UnitRule.ANY)(grind_lens)


def test_a_route_that_takes_no_call_is_not_registered(room: Routes) -> None:
    async def read_lens() -> dict[str, str]: ...  # type: ignore[empty-body]

    with pytest.raises(RouteUndeclared, match="its `call` is a Call"):
        room.read("/v1/lens", scope="lighthouse:read", units=UnitRule.ANY)(read_lens)


@pytest.mark.parametrize("in_schema", [True, False])
def test_a_route_added_past_the_declarations_stops_the_application(
    room: Routes, sqlite_lighthouse: SqliteBlueprint, clock: SetClock, tokens: Tokens, in_schema: bool
) -> None:
    async def sneak() -> dict[str, str]: ...  # type: ignore[empty-body]

    room.router.add_api_route("/v1/sneaky", sneak, include_in_schema=in_schema)

    with pytest.raises(RouteUndeclared, match="/v1/sneaky was added past"):
        app_with(room, sqlite_lighthouse, clock, tokens)


def test_the_matrix_has_a_row_for_every_route(
    sqlite_lighthouse: SqliteBlueprint, clock: SetClock, tokens: Tokens
) -> None:
    service = a_service(f"sqlite+aiosqlite:///{sqlite_lighthouse.path}", clock=clock, verifier=tokens.verifier())

    rows = {(row.method, row.path): (row.kind, row.units, row.scope) for row in declarations(an_app(service))}

    operations = "/v1/operations/lighthouse"
    operated = (UnitRule.ANY, "lighthouse:operate")
    assert rows == {
        ("POST", f"{operations}/reconciliations"): (Kind.CREATE, *operated),
        ("GET", f"{operations}/reconciliations/{{run_id}}"): (Kind.READ, *operated),
        ("POST", "/v1/lamps"): (Kind.CREATE, UnitRule.ACTS_FOR, "lighthouse:light"),
        ("POST", "/v1/lamps/bulk"): (Kind.BULK, UnitRule.ACTS_FOR, "lighthouse:light"),
        ("GET", "/v1/lamps/{lamp_id}"): (Kind.READ, UnitRule.WITHIN, "lighthouse:read"),
        ("PUT", "/v1/lamps/{lamp_id}/brightness"): (Kind.EDIT, UnitRule.ACTS_FOR, "lighthouse:light"),
        ("GET", "/v1/lamps"): (Kind.LIST, UnitRule.ANY, "lighthouse:read"),
        ("GET", "/v1/tide"): (Kind.READ, UnitRule.ANY, "lighthouse:read"),
    }


def test_the_openapi_document_says_what_each_route_asks_for(
    room: Routes, sqlite_lighthouse: SqliteBlueprint, clock: SetClock, tokens: Tokens
) -> None:
    @room.create("/v1/lens", scope="lighthouse:grind", units=UnitRule.ACTS_FOR)
    async def grind_lens(call: Creates) -> dict[str, str]: ...  # type: ignore[empty-body]

    operation = app_with(room, sqlite_lighthouse, clock, tokens).openapi()["paths"]["/v1/lens"]["post"]

    assert (operation["operationId"], operation["x-lanhmanh-scope"]) == ("grind_lens", "lighthouse:grind")
    assert (operation["x-lanhmanh-units"], operation["x-lanhmanh-kind"]) == ("acts_for", "create")
    assert [parameter["name"] for parameter in operation["parameters"]] == ["Idempotency-Key"]


def test_a_route_on_which_everybody_creates_lists_the_proof_of_work_that_the_gateway_takes_there(
    room: Routes, sqlite_lighthouse: SqliteBlueprint, clock: SetClock, tokens: Tokens
) -> None:
    @room.public_create("/v1/lens")
    async def report_lens(call: OpenCreates) -> dict[str, str]: ...  # type: ignore[empty-body]

    operation = app_with(room, sqlite_lighthouse, clock, tokens).openapi()["paths"]["/v1/lens"]["post"]

    assert [parameter["name"] for parameter in operation["parameters"]] == ["Idempotency-Key", "Work"]
