"""Services in other processes, through real sockets."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.lifespans import HostedService, running
from gateway.remote import RemoteUpstream
from tests.gateway.door import Document, Door, a_document, a_settings, bearer, echo_service
from tests.gateway.served import served

EVERYTHING = a_document("GET /v1/plans", "HEAD /v1/plans", "POST /v1/plans", "GET /v1/{thing}/{id}")


@asynccontextmanager
async def before(service: ASGIApp, *, document: Document = EVERYTHING) -> AsyncIterator[httpx.AsyncClient]:
    """Serve a service and a gateway before it, each on its own port; return a client of the gateway."""
    async with served(service) as url:
        # By name, because cookies are never kept for addresses.
        door = Door(
            {"plans": RemoteUpstream(url.replace("127.0.0.1", "localhost"), watch_after=0.0)}, {"plans": document}
        )
        async with served(door.app) as front, httpx.AsyncClient(base_url=front, headers=bearer()) as client:
            yield client


@pytest.mark.asyncio
async def test_request_and_answer_pass_unchanged() -> None:
    async with before(echo_service("plans")) as client:
        sent = await client.post("/v1/plans?q=%2F&q=b%C3%ACnh", content="số liệu", headers={"content-type": "text/csv"})
        escaped = await client.get("/v1/plans/a%2Fb%3Fc", follow_redirects=False)
        empty = await client.post("/v1/plans")

    seen = sent.json()
    assert (seen["body"], seen["query"]) == ("số liệu", "q=%2F&q=b%C3%ACnh")
    assert seen["headers"]["content-type"] == "text/csv"
    assert seen["headers"]["content-length"] == str(len("số liệu".encode()))
    assert seen["headers"]["x-request-id"] == sent.headers["x-request-id"]
    assert escaped.status_code == 404  # decoded it has a segment more, for the service as for the gateway
    assert (empty.json()["body"], empty.status_code) == ("", 200)


@pytest.mark.asyncio
async def test_client_of_the_gateway_adds_no_words_of_its_own() -> None:
    async with before(echo_service("plans")) as client:
        for name in ("user-agent", "accept", "accept-encoding"):
            client.headers.pop(name)
        seen = (await client.send(client.build_request("GET", "/v1/plans"))).json()["headers"]

    assert set(seen) == {"host", "authorization", "x-request-id"}


@pytest.mark.asyncio
async def test_compressed_answer_redirect_and_cookies_are_the_callers_business() -> None:
    service = FastAPI()
    content = json.dumps({"name": "Bình Thuận"}).encode()

    @service.get("/v1/plans")
    async def compressed(request: Request) -> Response:
        headers = {"content-encoding": "gzip", "etag": '"7"', "set-cookie": "harbour=7"}
        return Response(gzip.compress(content), headers={**headers, "x-cookies": request.headers.get("cookie", "none")})

    @service.get("/v1/moved/7")
    async def moved() -> RedirectResponse:
        return RedirectResponse("/v1/plans", status_code=308)

    async with before(service) as client:
        answers = [await client.get("/v1/plans", headers={"cookie": ""}) for _ in range(2)]
        redirect = await client.get("/v1/moved/7")

    assert [answer.content for answer in answers] == [content, content]
    assert answers[0].headers["etag"] == '"7"'
    assert answers[1].headers["x-cookies"] in {"", "none"}
    assert (redirect.status_code, redirect.headers["location"]) == (308, "/v1/plans")


@pytest.mark.asyncio
async def test_headers_about_one_connection_end_at_the_gateway() -> None:
    async def chatty(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            body = json.dumps([name.decode() for name, _ in scope["headers"]]).encode()
            hop_by_hop = [(b"connection", b"close"), (b"keep-alive", b"timeout=9"), (b"proxy-authenticate", b"Basic")]
            await send({"type": "http.response.start", "status": 200, "headers": [*hop_by_hop, (b"x-own", b"1")]})
            await send({"type": "http.response.body", "body": body})

    async with before(chatty) as client:
        answer = await client.get(
            "/v1/plans", headers={"te": "trailers", "proxy-authorization": "x", "keep-alive": "1"}
        )

    assert {"te", "proxy-authorization", "keep-alive"}.isdisjoint(answer.json())
    assert {"keep-alive", "proxy-authenticate"}.isdisjoint(answer.headers)
    assert answer.headers["x-own"] == "1"


@pytest.mark.asyncio
async def test_each_part_of_an_answer_comes_as_soon_as_the_service_sends_it() -> None:
    read = asyncio.Event()
    service = FastAPI()

    @service.get("/v1/plans")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first"
            await read.wait()  # for ever, if somebody held the first part back
            yield b"second"

        return StreamingResponse(parts())

    async with before(service) as client, client.stream("GET", "/v1/plans") as answer:
        parts = answer.aiter_raw()
        first = await anext(parts)
        read.set()
        second = await anext(parts)

    assert (first, second) == (b"first", b"second")


@pytest.mark.asyncio
async def test_each_part_of_a_request_reaches_the_service_as_soon_as_it_is_sent() -> None:
    arrived = asyncio.Event()
    service = FastAPI()

    @service.post("/v1/plans")
    async def take(request: Request) -> dict[str, int]:
        sizes = []
        async for part in request.stream():
            sizes.append(len(part))
            arrived.set()
        return {"size": sum(sizes)}

    async def body() -> AsyncIterator[bytes]:
        yield b"x" * 7
        await arrived.wait()
        yield b"y" * 70

    async with before(service) as client:
        answer = await client.post("/v1/plans", content=body())

    assert answer.json() == {"size": 77}


@pytest.mark.asyncio
async def test_large_bodies_pass_both_ways() -> None:
    service = FastAPI()

    @service.post("/v1/plans")
    async def mirror(request: Request) -> Response:
        return Response(await request.body())

    content = bytes(range(256)) * 20_000

    async with before(service) as client:
        answer = await client.post("/v1/plans", content=content)

    assert answer.content == content


@pytest.mark.asyncio
async def test_head_has_headers_and_no_body() -> None:
    service = FastAPI()

    @service.head("/v1/plans")
    async def measure() -> Response:
        return Response(headers={"content-length": "700"})

    async with before(service) as client:
        answers = [await client.head("/v1/plans") for _ in range(2)]

    assert [(answer.status_code, answer.headers["content-length"]) for answer in answers] == [(200, "700")] * 2


def endless(left: asyncio.Event) -> ASGIApp:
    async def service(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        left.set()

    return service


@pytest.mark.asyncio
async def test_service_learns_that_the_caller_left_in_the_middle_of_an_answer() -> None:
    left = asyncio.Event()

    async with before(endless(left)) as client:
        async with client.stream("GET", "/v1/plans") as answer:
            assert await anext(answer.aiter_raw()) == b"first"
        async with asyncio.timeout(5):
            await left.wait()


@pytest.mark.asyncio
async def test_task_in_which_the_caller_left_can_go_on() -> None:
    left, answered = asyncio.Event(), asyncio.Event()

    async def receive() -> Message:
        await answered.wait()
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        answered.set()

    async with served(endless(left)) as url:
        upstream = HostedService("plans", RemoteUpstream(url, watch_after=0.0))
        async with running([upstream], stop_patience=1.0):
            scope = {"type": "http", "method": "GET", "path": "/v1/plans", "headers": []}
            await upstream(scope, receive, send)
            task = asyncio.current_task()

            assert task is not None
            assert task.cancelling() == 0
            async with asyncio.timeout(5):
                await left.wait()


@pytest.mark.asyncio
async def test_service_learns_that_the_caller_left_before_any_answer() -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def thoughtful(scope: Scope, receive: Receive, _send: Send) -> None:
        if scope["type"] == "http":
            asked.set()
            while (await receive())["type"] != "http.disconnect":
                pass
            left.set()

    async with before(thoughtful) as client:
        waiting = asyncio.create_task(client.post("/v1/plans", content=b"a question"))
        await asked.wait()
        waiting.cancel()
        async with asyncio.timeout(5):
            await left.wait()


@pytest.mark.asyncio
async def test_service_learns_that_the_caller_left_in_the_middle_of_its_request() -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def patient(scope: Scope, receive: Receive, _send: Send) -> None:
        if scope["type"] == "http":
            while (await receive())["type"] != "http.disconnect":
                asked.set()
            left.set()

    async def half_a_body() -> AsyncIterator[bytes]:
        yield b"half"
        await asyncio.Event().wait()

    async with before(patient) as client:
        sending = asyncio.create_task(client.post("/v1/plans", content=half_a_body()))
        await asked.wait()
        sending.cancel()
        async with asyncio.timeout(5):
            await left.wait()


@pytest.mark.asyncio
async def test_answer_that_the_service_breaks_off_is_broken_off_for_the_caller_too() -> None:
    async def breaks_off(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
            await send({"type": "http.response.body", "body": b"half ", "more_body": True})

    async with before(breaks_off) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/v1/plans")


@pytest.mark.asyncio
async def test_remote_service_that_is_down_is_503_and_comes_back_without_a_restart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    door = Door(
        {"plans": RemoteUpstream(f"http://127.0.0.1:{port}"), "reports": echo_service("reports")},
        {"plans": a_document("GET /v1/plans"), "reports": a_document("GET /v1/reports")},
        a_settings(breaker_pause_seconds=1),
    )
    async with door.open() as client:
        down = await client.get("/v1/plans")
        other = await client.get("/v1/reports")
        async with served(echo_service("plans"), port=port):
            back = await client.get("/v1/plans")

    assert (down.status_code, other.status_code, back.status_code) == (503, 200, 200)


@pytest.mark.asyncio
async def test_many_requests_at_once_get_each_its_own_answer() -> None:
    async with before(echo_service("plans")) as client:
        answers = await asyncio.gather(*(client.post("/v1/plans", content=f"body {n}") for n in range(64)))

    assert [answer.json()["body"] for answer in answers] == [f"body {n}" for n in range(64)]
