"""One service fails, and the others do not notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from gateway.breaker import ServiceUnreachable
from tests.gateway.door import Door, a_document, a_settings, bearer, echo_service

TIP = "người cung cấp tin: số 7 phố Cảng"


@dataclass
class FlakyService:
    """A service that cannot be reached for its first `failures` requests."""

    failures: int
    asked: int = 0

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        self.asked += 1
        if self.asked <= self.failures:
            raise ServiceUnreachable
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"here"})


def a_door(flaky: FlakyService, **settings: Any) -> Door:
    return Door(
        {"plans": flaky, "reports": echo_service("reports")},
        {"plans": a_document("GET /v1/plans", "POST /v1/plans"), "reports": a_document("GET /v1/reports")},
        a_settings(**settings),
    )


@pytest.mark.asyncio
async def test_service_that_is_down_answers_503_while_the_other_works() -> None:
    async with a_door(FlakyService(failures=100)).open() as client:
        down = await client.get("/v1/plans", headers={"accept-language": "en"})
        other = await client.get("/v1/reports")

    assert (down.status_code, down.json()["code"]) == (503, "service_unavailable")
    assert down.headers["retry-after"] == "1"
    assert "plans" in down.json()["detail"]
    assert other.status_code == 200


@pytest.mark.asyncio
async def test_read_is_sent_again_and_a_write_never() -> None:
    reads, writes = FlakyService(failures=2), FlakyService(failures=1)
    async with a_door(reads).open() as client:
        read = await client.get("/v1/plans")
    async with a_door(writes).open() as client:
        write = await client.post("/v1/plans")

    assert (read.status_code, reads.asked) == (200, 3)
    assert (write.status_code, writes.asked) == (503, 1)


@pytest.mark.asyncio
async def test_reads_are_not_sent_again_for_ever() -> None:
    flaky = FlakyService(failures=100)
    async with a_door(flaky, read_retries=2).open() as client:
        answer = await client.get("/v1/plans")

    assert (answer.status_code, flaky.asked) == (503, 3)


@pytest.mark.asyncio
async def test_service_that_failed_in_a_row_is_left_alone_then_tried_by_one() -> None:
    flaky = FlakyService(failures=4)
    door = a_door(flaky, breaker_failures=3, breaker_pause_seconds=5, read_retries=0)
    async with door.open() as client:
        for _ in range(10):
            await client.get("/v1/plans")
        assert flaky.asked == 3

        turned_away = await client.get("/v1/plans")
        door.verification.pass_time(seconds=5)
        still_down = await client.get("/v1/plans")
        left_alone = await client.get("/v1/plans")
        assert flaky.asked == 4

        door.verification.pass_time(seconds=5)
        back = await client.get("/v1/plans")
        next_one = await client.get("/v1/plans")

    assert (turned_away.status_code, turned_away.headers["retry-after"]) == (503, "5")
    assert (still_down.status_code, left_alone.status_code) == (503, 503)
    assert (back.status_code, next_one.status_code) == (200, 200)


@pytest.mark.asyncio
async def test_read_does_not_wait_for_a_service_that_is_left_alone() -> None:
    door = a_door(FlakyService(failures=100), breaker_failures=1, retry_pause_seconds=3600)
    async with door.open() as client:
        async with asyncio.timeout(5):
            answer = await client.get("/v1/plans")

    assert answer.status_code == 503


@pytest.mark.asyncio
async def test_while_one_request_tries_the_others_are_turned_away() -> None:
    begun, release = asyncio.Event(), asyncio.Event()
    flaky = FlakyService(failures=1)

    async def slow_service(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        if flaky.asked:
            begun.set()
            await release.wait()
        await flaky(scope, receive, send)

    door = Door({"plans": slow_service}, {"plans": a_document("GET /v1/plans")}, a_settings(breaker_failures=1))
    async with door.open() as client:
        await client.get("/v1/plans")
        door.verification.pass_time(seconds=5)
        trying = asyncio.create_task(client.get("/v1/plans"))
        await begun.wait()
        turned_away = await client.get("/v1/plans")
        release.set()
        tried = await trying

    assert turned_away.status_code == 503
    assert tried.status_code == 200


@pytest.mark.asyncio
async def test_clock_that_steps_back_does_not_prolong_the_pause() -> None:
    flaky = FlakyService(failures=1)
    door = a_door(flaky, breaker_failures=1, read_retries=0)
    async with door.open() as client:
        await client.get("/v1/plans")
        door.verification.pass_time(hours=-1)
        answer = await client.get("/v1/plans", headers=bearer(nbf=None, iat=None))

    assert answer.status_code == 200


@pytest.mark.asyncio
async def test_silent_service_times_out_and_counts_as_failing() -> None:
    async def silent(scope: Scope, _receive: Receive, _send: Send) -> None:
        if scope["type"] == "http":
            await asyncio.Event().wait()

    door = Door(
        {"plans": silent},
        {"plans": a_document("GET /v1/plans")},
        a_settings(service_patience_seconds=0.01, breaker_failures=2),
    )
    async with door.open() as client:
        answers = [await client.get("/v1/plans", headers={"accept-language": "en"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [504, 504, 503]
    assert answers[0].json()["code"] == "service_timeout"


@pytest.mark.asyncio
async def test_own_timeout_of_a_service_is_its_defect_not_its_silence() -> None:
    service = FastAPI()

    @service.get("/v1/plans")
    async def raise_timeout() -> None:
        raise TimeoutError(TIP)

    door = Door({"plans": service}, {"plans": a_document("GET /v1/plans")}, a_settings(breaker_failures=1))
    async with door.open() as client:
        first, second = await client.get("/v1/plans"), await client.get("/v1/plans")

    assert (first.status_code, second.status_code) == (500, 500)


@pytest.mark.asyncio
async def test_text_of_what_a_service_raises_is_neither_answered_nor_logged(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async def raising(scope: Scope, _receive: Receive, _send: Send) -> None:
        if scope["type"] == "http":
            raise ValueError(TIP)

    door = Door({"tips": raising}, {"tips": a_document("POST /v1/tips/{id}")})
    with capture_logs() as logs:
        async with door.open() as client:
            answer = await client.post("/v1/tips/7", headers={"x-request-id": "harbour-7"})

    assert (answer.status_code, answer.json()["code"]) == (500, "unforeseen")
    assert logs == [
        {
            "event": "service raised",
            "log_level": "error",
            "service": "tips",
            "route": "/v1/tips/{id}",
            "method": "POST",
            "request_id": "harbour-7",
            "error": "ValueError",
        }
    ]
    written = answer.text + repr(logs) + caplog.text + "".join(capsys.readouterr())
    assert "phố Cảng" not in written


@pytest.mark.asyncio
async def test_framework_that_raises_again_after_its_answer_is_not_answered_twice() -> None:
    service = FastAPI()

    @service.get("/v1/plans")
    async def fail() -> None:
        raise ValueError(TIP)

    async with Door({"plans": service}, {"plans": a_document("GET /v1/plans")}).open() as client:
        answer = await client.get("/v1/plans")

    assert (answer.status_code, answer.text) == (500, "Internal Server Error")


@pytest.mark.asyncio
async def test_service_that_says_nothing_is_answered_for() -> None:
    async def mute(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return

    async with Door({"plans": mute}, {"plans": a_document("GET /v1/plans")}).open() as client:
        answer = await client.get("/v1/plans")

    assert (answer.status_code, answer.json()["code"]) == (500, "unforeseen")


@pytest.mark.asyncio
async def test_slow_reader_does_not_make_the_service_look_dead() -> None:
    service = FastAPI()

    @service.get("/v1/plans")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield b"part "

        return StreamingResponse(parts())

    door = Door({"plans": service}, {"plans": a_document("GET /v1/plans")}, a_settings(service_patience_seconds=0.02))
    received: list[bytes] = []

    requests = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        return requests.pop() if requests else await asyncio.Future()

    async def send_slowly(message: Any) -> None:
        await asyncio.sleep(0.05)
        received.append(message.get("body", b""))

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/v1/plans",
        "query_string": b"",
        "headers": [(b"authorization", bearer()["authorization"].encode())],
    }
    await door.app(scope, receive, send_slowly)

    assert b"".join(received) == b"part part part "
