from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from gateway.lifespans import HostedService, running
from gateway.problems import ServiceNotStarted
from kernel.problems import Fault, Words
from tests.gateway.door import Door, a_document, a_settings

TIP = "người cung cấp tin: số 7 phố Cảng"


class DatabaseLocked(Fault):
    code = "database_locked"
    vi = Words("Cơ sở dữ liệu đang bị khóa", "Một tiến trình khác đang dùng.")
    en = Words("Database locked", "Another process uses it.")


class Harbour:
    """Services that write down what happens to them."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def service(self, name: str, *, fails_with: Exception | None = None) -> FastAPI:
        @asynccontextmanager
        async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
            if fails_with:
                raise fails_with
            # A cancel scope must be left by the task that entered it.
            async with asyncio.TaskGroup():
                self.events.append(f"{name} starts")
                yield {"name": name, "pool": []}
                self.events.append(f"{name} stops")

        app = FastAPI(lifespan=lifespan)

        @app.get("/v1/" + name)
        async def read(request: Request) -> dict[str, Any]:
            request.state.pool.append("shared")
            request.state.visitor = request.scope["path"]
            return {"state": dict(request.state._state)}

        return app


def a_door(upstreams: dict[str, Any], **settings: Any) -> Door:
    documents = {name: a_document(f"GET /v1/{name}") for name in upstreams}
    return Door(upstreams, documents, a_settings(**settings))


async def run_lifespan(door: Door) -> list[Message]:
    """Start and stop a gateway as a server does, and return what it said."""
    orders = [{"type": "lifespan.shutdown"}, {"type": "lifespan.startup"}]
    said: list[Message] = []

    async def receive() -> Message:
        return dict(orders.pop())

    async def send(message: Message) -> None:
        said.append(message)

    await door.app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    return said


@pytest.mark.asyncio
async def test_services_start_in_order_and_stop_in_reverse() -> None:
    harbour = Harbour()
    names = ["plans", "reports", "tips"]

    said = await run_lifespan(a_door({name: harbour.service(name) for name in names}))

    assert [message["type"] for message in said] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert harbour.events == [
        *("plans starts", "reports starts", "tips starts"),
        *("tips stops", "reports stops", "plans stops"),
    ]


@pytest.mark.asyncio
async def test_each_request_sees_the_state_of_its_own_service_in_a_copy() -> None:
    harbour = Harbour()
    door = a_door({"plans": harbour.service("plans"), "reports": harbour.service("reports")})
    async with door.open() as client:
        plans = [(await client.get("/v1/plans")).json()["state"] for _ in range(2)]
        reports = (await client.get("/v1/reports")).json()["state"]

    assert plans[0] == {"name": "plans", "pool": ["shared"], "visitor": "/v1/plans"}
    assert plans[1]["pool"] == ["shared", "shared"]
    assert reports == {"name": "reports", "pool": ["shared"], "visitor": "/v1/reports"}


@pytest.mark.asyncio
async def test_what_a_service_writes_into_scope_or_state_no_other_request_sees() -> None:
    seen: list[tuple[bool, bool]] = []

    async def careless(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(("visitor" in scope, "visitor" in scope["state"]))
        scope["visitor"] = scope["state"]["visitor"] = "harbour-office-7"

    service = HostedService("plans", careless)
    scope: Scope = {"type": "http"}
    for _ in range(2):
        await service(scope, asyncio.Queue[Message]().get, asyncio.Queue[Message]().put)

    assert seen == [(False, False), (False, False)]
    assert scope == {"type": "http"}


@pytest.mark.asyncio
async def test_service_that_does_not_start_stops_those_before_it() -> None:
    harbour = Harbour()
    door = a_door(
        {
            "plans": harbour.service("plans"),
            "reports": harbour.service("reports", fails_with=DatabaseLocked()),
            "tips": harbour.service("tips"),
        }
    )

    said = await run_lifespan(door)

    assert harbour.events == ["plans starts", "plans stops"]
    assert [message["type"] for message in said] == ["lifespan.startup.failed"]
    assert "reports" in said[0]["message"]
    assert "Another process uses it." in said[0]["message"]


@pytest.mark.asyncio
async def test_why_a_service_did_not_start_is_told_by_type_only_unless_it_is_a_named_problem() -> None:
    said = await run_lifespan(a_door({"tips": Harbour().service("tips", fails_with=ValueError(TIP))}))

    assert "ValueError" in said[0]["message"]
    assert "phố Cảng" not in said[0]["message"]


@pytest.mark.asyncio
async def test_cause_of_a_failed_start_is_chained_for_who_starts_services_in_code() -> None:
    cause = DatabaseLocked()

    with pytest.raises(ServiceNotStarted) as failed:
        await HostedService("reports", Harbour().service("reports", fails_with=cause)).start()

    assert failed.value.__cause__ is cause


@pytest.mark.asyncio
async def test_app_without_lifespan_is_simply_run() -> None:
    async def plain(scope: Scope, _receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with a_door({"plans": plain}).open() as client:
        answer = await client.get("/v1/plans")

    assert answer.status_code == 204


@pytest.mark.asyncio
async def test_service_that_does_not_stop_is_cancelled_and_the_rest_still_stop() -> None:
    harbour = Harbour()
    cancelled: list[str] = []

    async def stubborn(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append("stubborn")
            raise

    with capture_logs() as logs:
        said = await run_lifespan(
            a_door({"plans": harbour.service("plans"), "stubborn": stubborn}, stop_patience_seconds=0.01)
        )

    assert cancelled == ["stubborn"]
    assert harbour.events == ["plans starts", "plans stops"]
    assert said[-1]["type"] == "lifespan.shutdown.complete"
    assert [entry["service"] for entry in logs] == ["stubborn"]


@pytest.mark.asyncio
async def test_lifespan_that_breaks_off_or_fails_to_stop_is_logged_by_type() -> None:
    async def breaks_off(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        raise ValueError(TIP)

    async def dies_early(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await asyncio.sleep(0)
        raise KeyError(TIP)

    with capture_logs() as logs:
        async with running([HostedService("tips", breaks_off), HostedService("plans", dies_early)], stop_patience=1.0):
            for _ in range(3):
                await asyncio.sleep(0)

    assert [(entry["service"], entry["error"]) for entry in logs] == [
        ("plans", "KeyError"),
        ("tips", "ValueError"),
    ]
