"""A service of several replicas, through real sockets: one goes down, and nobody waits for it or is served twice."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from gateway.remote import RemoteUpstream
from tests.gateway.door import Door, a_document, a_settings, echo_service
from tests.gateway.served import served

A_LONG_REST = 3600.0


@dataclass
class RudeReplica:
    """Answers its first requests, `answers` of them, and hangs up on the others once it has read them."""

    url: str = ""
    answers: int = 0
    asked: int = 0

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.asked += 1
                if self.asked > self.answers:
                    break
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[RudeReplica]:
        server = await asyncio.start_server(self.meet, "127.0.0.1", 0)
        async with server:
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self


def nobody() -> str:
    """Return a base URL where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        return f"http://127.0.0.1:{reserved.getsockname()[1]}"


@asynccontextmanager
async def before(
    *urls: str, rest: float = A_LONG_REST, breaker_failures: int = 100
) -> AsyncIterator[httpx.AsyncClient]:
    """Open a gateway before the replicas at these addresses, and return its client."""
    document = a_document("GET /v1/plans", "POST /v1/plans", "DELETE /v1/plans")
    settings = a_settings(read_retries=0, breaker_failures=breaker_failures)
    async with Door({"plans": RemoteUpstream(*urls, rest=rest)}, {"plans": document}, settings).open() as client:
        yield client


async def said_by(client: httpx.AsyncClient, method: str = "GET", content: str | None = None) -> str:
    answer = await client.request(method, "/v1/plans", content=content)
    return str(answer.json()["service"]) if answer.is_success else str(answer.status_code)


@pytest.mark.asyncio
async def test_requests_go_to_the_replicas_in_turn() -> None:
    async with (
        served(echo_service("first")) as first,
        served(echo_service("second")) as second,
        before(first, second) as client,
    ):
        said = [await said_by(client, method) for method in ("GET", "POST", "GET", "POST")]

    assert said == ["first", "second", "first", "second"]


@pytest.mark.asyncio
async def test_reads_and_writes_go_to_the_next_replica_where_one_does_not_listen() -> None:
    async with served(echo_service("second")) as second, before(nobody(), second, rest=0.0) as client:
        answers = [await client.post("/v1/plans", content=f"body {number}") for number in range(3)]
        said = [await said_by(client) for _ in range(3)]

    assert [answer.json()["body"] for answer in answers] == ["body 0", "body 1", "body 2"]
    assert said == ["second"] * 3


@pytest.mark.asyncio
async def test_service_of_which_no_replica_listens_is_unavailable() -> None:
    async with before(nobody(), nobody()) as client:
        said = [await said_by(client, method) for method in ("GET", "POST")]

    assert said == ["503", "503"]


@pytest.mark.asyncio
async def test_read_on_which_a_replica_hung_up_goes_to_the_next() -> None:
    async with (
        RudeReplica().listening() as rude,
        served(echo_service("second")) as second,
        before(rude.url, second) as client,
    ):
        said = await said_by(client)

    assert (said, rude.asked) == ("second", 1)


@pytest.mark.asyncio
@pytest.mark.parametrize(("method", "content"), [("POST", "a body"), ("DELETE", None)])
async def test_write_on_which_a_replica_hung_up_reaches_no_other(method: str, content: str | None) -> None:
    async with (
        RudeReplica().listening() as rude,
        RudeReplica().listening() as other,
        before(rude.url, other.url) as client,
    ):
        said = await said_by(client, method, content)

    assert (said, rude.asked, other.asked) == ("503", 1, 0)


@pytest.mark.asyncio
async def test_writes_that_a_replica_takes_with_it_do_not_have_the_service_left_alone() -> None:
    async with (
        RudeReplica().listening() as rude,
        served(echo_service("second")) as second,
        before(rude.url, second, breaker_failures=2) as client,
    ):
        under_way = await asyncio.gather(*(client.post("/v1/plans", content="a body") for _ in range(8)))
        after = await said_by(client, "POST", "a body")

    lost = [answer for answer in under_way if answer.status_code == 503]
    assert len(lost) == rude.asked >= 2
    assert {answer.headers["retry-after"] for answer in lost} == {"1"}
    assert after == "second"


@pytest.mark.asyncio
async def test_replica_that_is_back_serves_though_it_still_rests_when_the_other_is_lost() -> None:
    away = nobody()
    rude = RudeReplica(answers=2)
    async with AsyncExitStack() as living, rude.listening(), before(rude.url, away, breaker_failures=2) as client:
        # At the second request nobody listens there, so that it rests.
        assert [(await client.get("/v1/plans")).status_code for _ in range(2)] == [200, 200]
        await living.enter_async_context(served(echo_service("back"), port=int(away.rpartition(":")[2])))
        lost = await asyncio.gather(*(said_by(client, "POST", "a body") for _ in range(8)))
        after = await said_by(client)

    assert (lost, after) == (["503"] * 8, "back")


@pytest.mark.asyncio
async def test_service_of_which_all_replicas_hang_up_is_left_alone() -> None:
    async with (
        RudeReplica().listening() as rude,
        RudeReplica().listening() as other,
        before(rude.url, other.url, breaker_failures=2) as client,
    ):
        said = [await said_by(client, "POST", "a body") for _ in range(6)]

    assert said == ["503"] * 6
    assert rude.asked + other.asked == 4


@pytest.mark.asyncio
async def test_write_is_not_sent_again_when_a_kept_connection_breaks() -> None:
    async with RudeReplica(answers=1).listening() as rude, before(rude.url) as client:
        await client.delete("/v1/plans")
        broken = await client.delete("/v1/plans")

    assert (broken.status_code, rude.asked) == (503, 2)


@pytest.mark.asyncio
async def test_replica_that_failed_is_asked_last_while_it_rests() -> None:
    async with (
        RudeReplica().listening() as rude,
        served(echo_service("second")) as second,
        before(rude.url, second) as client,
    ):
        said = [await said_by(client) for _ in range(6)]

    assert (said, rude.asked) == (["second"] * 6, 1)


@pytest.mark.asyncio
async def test_replica_that_rested_is_asked_again() -> None:
    async with (
        RudeReplica().listening() as rude,
        served(echo_service("second")) as second,
        before(rude.url, second, rest=0.0) as client,
    ):
        said = [await said_by(client) for _ in range(6)]

    assert (said, rude.asked) == (["second"] * 6, 3)


@pytest.mark.asyncio
async def test_replica_that_rests_is_asked_when_no_other_is_left() -> None:
    async with RudeReplica().listening() as rude, before(rude.url) as client:
        said = [await said_by(client) for _ in range(2)]

    assert (said, rude.asked) == (["503", "503"], 2)
