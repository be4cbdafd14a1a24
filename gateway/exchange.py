"""Watch over one request and its answer on their way through: size, silence, headers.

The clock of a service runs only while it is the service's turn: a caller that sends or reads slowly
must not make a service look dead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from starlette.types import Message, Receive, Scope, Send

from gateway.problems import BodyTooLarge, BodyTooSlow, ServiceTimeout
from kernel.problems import Refusal

Headers = list[tuple[bytes, bytes]]

_SECURITY: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
]
"""Sent unless the service says otherwise for its answer."""
_OVER_TLS: Headers = [(b"strict-transport-security", b"max-age=63072000; includeSubDomains")]


class Exchange:
    """One HTTP request, and the one answer to it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, request_id: str) -> None:
        self.request_id = request_id
        self.status = 0
        """Status of the answer that began; 0 before."""
        self.refusal: Refusal | None = None
        """Why the body is not taken any further. What a service says of half a body is not the answer."""
        self.caller_left = False
        """Set once the service was told so: it owes no answer then."""
        self._receive = receive
        self._send = send
        self._defaults = _SECURITY + (_OVER_TLS if scope.get("scheme") == "https" else [])
        self._body_limit = 0
        self._body_size = 0
        self._body_complete = False
        self._caller_patience = 0.0
        self._service_patience = 0.0
        self._turn: asyncio.Timeout | None = None

    @property
    def is_answered(self) -> bool:
        """Say whether an answer has begun, so that no other can be given."""
        return self.status != 0

    @property
    def is_untouched(self) -> bool:
        """Say whether the request can be sent again: nothing of a body was taken, no answer begun."""
        return not self.is_answered and self._body_size == 0

    def limit(self, *, body_bytes: int, declared: int | None, caller_patience: float) -> None:
        """Set what the caller may send; `declared` is its Content-Length.

        Raises:
            BodyTooLarge: It declares more.
        """
        self._body_limit = body_bytes
        self._caller_patience = caller_patience
        if declared is not None and declared > body_bytes:
            raise BodyTooLarge(limit=body_bytes)

    @asynccontextmanager
    async def service_turn(self, service: str, *, patience: float) -> AsyncIterator[None]:
        """Run a service's work on the request, as long as it is not silent for more than `patience` seconds.

        Raises:
            ServiceTimeout: It was.
        """
        self._service_patience = patience
        try:
            async with asyncio.timeout(patience) as self._turn:
                yield
        except TimeoutError:
            if self._turn is None or not self._turn.expired():
                raise
            raise ServiceTimeout(service=service, seconds=patience) from None
        finally:
            self._turn = None

    async def receive(self) -> Message:
        """Give the service the next part of the request (ASGI `receive`).

        Raises:
            BodyTooLarge: More came than the route takes, whatever was declared.
            BodyTooSlow: The caller fell silent in the middle of its body.
        """
        if self.refusal is not None:
            return {"type": "http.disconnect"}
        # After the body, what is awaited is that the caller leaves: that may take as long as the answer.
        message = await (self._receive() if self._body_complete else self._next_part())
        if message["type"] == "http.disconnect":
            self.caller_left = True
        return message

    async def send(self, message: Message) -> None:
        """Pass a part of the service's answer on (ASGI `send`)."""
        if self.refusal is not None:
            return
        self._stop_clock()
        await self.answer(message)
        self._start_clock()

    async def answer(self, message: Message) -> None:
        """Send a part of an answer, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._complete(message.get("headers", ()))}
        await self._send(message)

    async def _next_part(self) -> Message:
        self._stop_clock()
        try:
            async with asyncio.timeout(self._caller_patience):
                message = await self._receive()
        except TimeoutError:
            self.refusal = BodyTooSlow(seconds=self._caller_patience)
            raise self.refusal from None
        finally:
            self._start_clock()
        self._body_size += len(message.get("body", b""))
        self._body_complete = not message.get("more_body", False)
        if self._body_size > self._body_limit:
            self.refusal = BodyTooLarge(limit=self._body_limit)
            raise self.refusal
        return message

    def _complete(self, given: Iterable[tuple[bytes, bytes]]) -> Headers:
        headers = [(name, value) for name, value in given if name != b"x-request-id"]
        names = {name for name, _ in headers}
        headers += [default for default in self._defaults if default[0] not in names]
        headers.append((b"x-request-id", self.request_id.encode()))
        return headers

    def _stop_clock(self) -> None:
        if self._turn is not None and not self._turn.expired():
            self._turn.reschedule(None)

    def _start_clock(self) -> None:
        if self._turn is not None and not self._turn.expired():
            self._turn.reschedule(asyncio.get_running_loop().time() + self._service_patience)
