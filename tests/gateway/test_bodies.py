"""How large a body may be, and how slowly it may come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.types import Message, Receive, Scope, Send

from gateway.remote import RemoteUpstream
from tests.gateway.door import Door, a_document, a_settings, a_token, bearer, echo_service, silent_service
from tests.gateway.served import served

TIPS = Path(__file__).parents[2] / "services/tips/openapi.json"
SMALL = a_settings(body_limit_bytes=1000, bulk_body_limit_bytes=3000)


async def in_parts(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


@pytest.mark.asyncio
async def test_declared_size_is_refused_before_anything_is_read() -> None:
    door = Door({"plans": silent_service}, {"plans": a_document("POST /v1/plans")}, SMALL)
    async with door.open() as client:
        answer = await client.post("/v1/plans", content=b"x" * 1001)

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert "1000" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["form", "hotline/development", "mailbox/development"])
@pytest.mark.asyncio
async def test_fifty_megabytes_for_tips_are_refused_before_anything_is_read(path: str) -> None:
    door = Door({"tips": silent_service}, {"tips": json.loads(TIPS.read_text("utf-8"))}, a_settings())

    async def nothing_is_read() -> AsyncIterator[bytes]:
        yield b""
        raise AssertionError("somebody reads")

    async with door.open() as client:
        headers = {"Content-Length": "50000000"}
        answer = await client.post(f"/v1/tips/{path}", content=nothing_is_read(), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.asyncio
async def test_body_without_declared_size_is_counted_as_it_comes() -> None:
    door = Door({"plans": echo_service("plans")}, {"plans": a_document("POST /v1/plans")}, SMALL)
    async with door.open() as client:
        fits = await client.post("/v1/plans", content=in_parts(400, 400, 200))
        exceeds = await client.post("/v1/plans", content=in_parts(400, 400, 201))

    assert (fits.status_code, len(fits.json()["body"])) == (200, 1000)
    assert (exceeds.status_code, exceeds.json()["code"]) == (413, "body_too_large")


@pytest.mark.asyncio
async def test_bulk_route_takes_more() -> None:
    door = Door({"plans": echo_service("plans")}, {"plans": a_document("POST /v1/units/bulk", kind="bulk")}, SMALL)
    async with door.open() as client:
        fits = await client.post("/v1/units/bulk", content=in_parts(2000, 1000))
        exceeds = await client.post("/v1/units/bulk", content=in_parts(2000, 1001))

    assert (fits.status_code, exceeds.status_code) == (200, 413)


@pytest.mark.asyncio
async def test_what_a_service_says_of_half_a_body_is_not_the_answer() -> None:
    service = FastAPI()

    @service.post("/v1/plans")
    async def swallow(request: Request) -> dict[str, str]:
        try:
            await request.body()
        except Exception:  # noqa: BLE001  as careless as a service can be
            return {"status": "accepted"}
        raise AssertionError("the body was too large")

    door = Door({"plans": service}, {"plans": a_document("POST /v1/plans")}, SMALL)
    async with door.open() as client:
        answer = await client.post("/v1/plans", content=in_parts(900, 900))

    assert answer.status_code == 413


@pytest.mark.asyncio
async def test_body_stops_at_the_door_of_a_remote_service_too() -> None:
    async with served(echo_service("plans")) as url:
        door = Door({"plans": RemoteUpstream(url)}, {"plans": a_document("POST /v1/plans")}, SMALL)
        async with served(door.app) as front, httpx.AsyncClient(base_url=front, headers=bearer()) as client:
            answers = [await client.post("/v1/plans", content=in_parts(900, 900)) for _ in range(6)]
            # Six such requests in a row do not make the service look dead.
            fits = await client.post("/v1/plans", content=in_parts(500, 500))

    assert {answer.status_code for answer in answers} == {413}
    assert fits.status_code == 200


@pytest.mark.asyncio
async def test_caller_that_falls_silent_is_let_go_and_the_service_not_blamed() -> None:
    door = Door(
        {"plans": echo_service("plans")},
        {"plans": a_document("POST /v1/plans")},
        a_settings(caller_patience_seconds=0.02, service_patience_seconds=0.01, breaker_failures=1),
    )

    async def half_a_body() -> AsyncIterator[bytes]:
        yield b"half"
        await asyncio.Event().wait()

    async with door.open() as client:
        slow = await client.post("/v1/plans", content=half_a_body())
        after = await client.post("/v1/plans", content=b"whole")

    assert (slow.status_code, slow.json()["code"]) == (408, "body_too_slow")
    assert after.status_code == 200


@pytest.mark.asyncio
async def test_answer_that_began_before_the_body_was_too_large_is_cut_off() -> None:
    async def count_parts(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            part = await receive()
            await send({"type": "http.response.body", "body": b"%d\n" % len(part["body"]), "more_body": True})

    door = Door({"plans": count_parts}, {"plans": a_document("POST /v1/units/bulk")}, SMALL)
    sent: list[Message] = []
    parts = iter([{"type": "http.request", "body": b"x" * 900, "more_body": True}] * 2)

    async def receive() -> Message:
        return dict(next(parts))

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/v1/units/bulk",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {a_token()}".encode())],
    }
    await door.app(scope, receive, send)

    assert [message.get("status", message.get("body")) for message in sent] == [200, b"900\n"]
    assert sent[1]["more_body"] is True
