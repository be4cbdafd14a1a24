"""A subscriber's own server: a real one, which verifies with the official library and answers as a test wants."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import standardwebhooks.webhooks
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from runtime.database.wakeup import Wakeup

PATIENCE_SECONDS = 20


@dataclass
class Got:
    """One request, as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> Any:
        return json.loads(self.body)

    @property
    def place(self) -> str:
        """The place of the lamp that the event is about."""
        return str(self.said["data"]["place"])

    def is_signed_with(self, secret: str) -> bool:
        try:
            Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


@dataclass
class Receiver:
    """What came, and what is to be answered next."""

    url: str
    got: list[Got] = field(default_factory=list)
    answers: deque[tuple[int, Mapping[str, str]]] = field(default_factory=deque)
    """Status and headers of the next answers; 204 when there are none."""
    hangs: bool = False
    """Whether it answers no request that comes now, until it is let go."""
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    _news: Wakeup = field(default_factory=Wakeup)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(Got({k.lower(): v for k, v in request.headers.items()}, await request.read()))
        self._news.ring()
        if self.hangs:
            await self.go_on.wait()
        status, headers = self.answers.popleft() if self.answers else (204, {})
        return web.Response(status=status, headers=headers, text="của bên nhận")

    async def received(self, count: int) -> list[Got]:
        """Wait until so many requests came."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            rings = self._news.rings
            while len(self.got) < count:
                await self._news.after(rings)
                rings = self._news.rings
        return list(self.got)

    def places(self) -> list[str]:
        return [one.place for one in self.got]


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    """Listen on this machine."""
    receiver = Receiver("")
    app = web.Application()
    app.router.add_post("/{tail:.*}", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/events"
    try:
        yield receiver
    finally:
        await runner.cleanup()


def let_the_library_read(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the official library the clock of the test: it reads the machine's."""

    class _Now(standardwebhooks.webhooks.datetime):  # type: ignore[misc, name-defined]
        @classmethod
        def now(cls, tz: Any = None) -> Any:  # noqa: ARG003
            return clock.now()

    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", _Now)
