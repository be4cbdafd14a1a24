"""Reach a service in another process: an ASGI app that streams each request there and the answer back.

Neither body is ever held as a whole. The client is aiohttp's: httpx loses most of a service's throughput here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from types import TracebackType
from typing import Self

import aiohttp
from starlette.types import Message, Receive, Scope, Send
from yarl import URL

from gateway.breaker import ReplicaLost, ServiceUnreachable

_HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection"}
    | {b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
"""Headers about one connection, not about the message (RFC 9110, 7.6.1)."""
_NOT_FORWARDED = _HOP_BY_HOP | {b"host", b"expect"}
_NOT_ADDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
"""What aiohttp would say in the caller's name."""

_KEEP_ALIVE_SECONDS = 3.0
"""Shorter than the 5 s after which uvicorn closes an idle connection: a write must not meet a closing one."""
_CONNECT_SECONDS = 3.0
_CONNECTIONS = 256
"""To one service at a time; further requests wait for a free one."""
_WATCH_AFTER_SECONDS = 1.0
_REST_SECONDS = 5.0
_NOTHING_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""No connection could be had, so that whatever was to be sent can still be sent elsewhere."""


class RemoteUpstream:
    """The app that stands for a service at the base URLs of its replicas. Its lifespan opens and closes connections.

    Requests go to the replicas in turn. One that cannot be reached is asked last for `rest` seconds.
    """

    def __init__(self, *base_urls: str, watch_after: float = _WATCH_AFTER_SECONDS, rest: float = _REST_SECONDS) -> None:
        self._turns = deque(url.rstrip("/") for url in base_urls)
        self._watch_after = watch_after
        self._rest = rest
        self._rests_until: dict[str, float] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a request on and its answer back.

        When the caller leaves, the service's connection is closed, so that it can stop as well.
        What may have reached one replica never goes to another one, unless it only reads.

        Raises:
            ReplicaLost: One hung up before it answered.
            ServiceUnreachable: No replica could be asked, or one hung up again, and no better one was left.
            aiohttp.ClientError: It hung up in the middle of its answer.
        """
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = _Body(receive) if _has_body(scope) else None
        async with _CallerWatch(receive, after=self._watch_after, body=body):
            await self._forward(scope, body, send)

    async def _forward(self, scope: Scope, body: _Body | None, send: Send) -> None:
        if self._session is None:
            raise ServiceUnreachable
        for base_url in self._in_turn():
            rested = self._rests(base_url)
            try:
                response = await self._ask(self._session, base_url, scope, body)
            except (aiohttp.ClientError, TimeoutError) as error:
                if body and body.failure:
                    raise body.failure from None
                self._rests_until[base_url] = asyncio.get_running_loop().time() + self._rest
                if not isinstance(error, _NOTHING_SENT) and not _can_be_sent_again(scope, body):
                    raise (ServiceUnreachable if rested else ReplicaLost) from error
            else:
                self._rests_until.pop(base_url, None)
                async with response:
                    return await _relay(response, send)
        raise ServiceUnreachable

    def _in_turn(self) -> Sequence[str]:
        """Return all replicas: the one whose turn it is first, those that rest last."""
        order = list(self._turns)
        self._turns.rotate(-1)
        return sorted(order, key=self._rests)

    def _rests(self, base_url: str) -> bool:
        return self._rests_until.get(base_url, 0.0) > asyncio.get_running_loop().time()

    async def _ask(
        self, session: aiohttp.ClientSession, base_url: str, scope: Scope, body: _Body | None
    ) -> aiohttp.ClientResponse:
        return await session.request(
            scope["method"],
            URL(base_url + _target(scope), encoded=True),
            headers=_forwarded(scope["headers"]),
            data=body.parts() if body else None,
            allow_redirects=False,
        )

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEEP_ALIVE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=None, connect=_CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_NOT_ADDED,
            auto_decompress=False,
        ) as self._session:
            # By itself the client sends a PUT or a DELETE again when a kept connection breaks: that may be twice.
            self._session._retry_connection = False
            await send({"type": "lifespan.startup.complete"})
            await receive()
        self._session = None
        await send({"type": "lifespan.shutdown.complete"})


class _Body:
    """A request's body as it comes in."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.is_begun = False
        self.is_complete = False
        self.failure: Exception | None = None
        """Why it broke off. aiohttp would report it as a fault of the connection."""

    async def parts(self) -> AsyncIterator[bytes]:
        self.is_begun = True
        while not self.is_complete:
            try:
                message = await self._receive()
            except Exception as error:
                self.failure = error
                raise
            if message["type"] == "http.disconnect":
                self.failure = CallerLeft()
                raise self.failure
            self.is_complete = not message.get("more_body", False)
            if part := message.get("body", b""):
                yield part


class CallerLeft(Exception):
    """The caller hung up before its request was complete: nobody waits for an answer."""


class _CallerWatch:
    """Breaks a request off when its caller leaves.

    Watching needs a task of its own, and only the body's reader or the watcher may call `receive`:
    so it begins after a while, once the body is in. A short answer is through by then and pays nothing.
    """

    def __init__(self, receive: Receive, *, after: float, body: _Body | None) -> None:
        self._receive = receive
        self._after = after
        self._body = body
        self._left = False

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._request = asyncio.current_task()
        self._watching: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(self._after, self._begin)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self._left and kind is asyncio.CancelledError and self._request is not None:
            self._request.uncancel()
            return True
        return isinstance(error, CallerLeft)

    def _begin(self) -> None:
        if self._body is None or self._body.is_complete:
            self._watching = self._loop.create_task(self._watch())
        else:
            self._timer = self._loop.call_later(self._after, self._begin)

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._left = True
        if self._request is not None:
            self._request.cancel()


def _has_body(scope: Scope) -> bool:
    """Say whether a body may come. HTTP/1.1 announces it (RFC 9112, 6.3); HTTP/2 need not."""
    if scope.get("http_version", "1.1").startswith("2"):
        return True
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )  # fmt: skip


def _can_be_sent_again(scope: Scope, body: _Body | None) -> bool:
    """Say whether it does no harm if two replicas get the request (RFC 9110, 9.2.1), and whether it is still there."""
    return scope["method"] in {"GET", "HEAD"} and not (body and body.is_begun)


def _target(scope: Scope) -> str:
    """Return path and query as they came: what is escaped stays escaped."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return (path + b"?" + query if query else path).decode("latin-1")


def _forwarded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers if name not in _NOT_FORWARDED]


async def _relay(response: aiohttp.ClientResponse, send: Send) -> None:
    """Pass an answer on part by part, each as soon as it comes."""
    headers = [(name.lower(), value) for name, value in response.raw_headers]
    start: Message = {
        "type": "http.response.start",
        "status": response.status,
        "headers": [header for header in headers if header[0] not in _HOP_BY_HOP],
    }
    await send(start)
    async for part in response.content.iter_any():
        last = response.content.at_eof()
        await send({"type": "http.response.body", "body": part, "more_body": not last})
        if last:
            return
    await send({"type": "http.response.body", "body": b"", "more_body": False})
