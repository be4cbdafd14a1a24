"""Run services that live in this process: each one's lifespan in a task of its own, its state with each request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import ServiceNotStarted
from runtime.telemetry.log import get_logger

_log = get_logger("gateway")

_ENDED = "lifespan ended"
"""What stands in the reports once the app has left its lifespan."""


class HostedService:
    """One service's app, with the life that a server would give it (ASGI lifespan protocol 2.0)."""

    def __init__(self, name: str, app: ASGIApp) -> None:
        self.name = name
        self._app = app
        self._state: dict[str, Any] = {}
        self._orders: asyncio.Queue[Message] = asyncio.Queue()
        self._reports: asyncio.Queue[str] = asyncio.Queue()
        self._life: asyncio.Task[None] | None = None
        self._is_running = False
        self._failure: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the app. What it raises comes out unchanged."""
        # A shallow copy each: what one request writes into its scope or state, no other one sees.
        await self._app({**scope, "state": self._state.copy()}, receive, send)

    async def start(self) -> None:
        """Start the service and wait until it is ready for requests.

        An app that leaves its lifespan without a word does not know lifespans, and counts as started.

        Raises:
            ServiceNotStarted: Its startup failed; the cause is chained.
        """
        # A task of its own, because task groups must be left by the task that entered them.
        self._life = asyncio.create_task(self._live(), name=f"lifespan of {self.name}")
        self._orders.put_nowait({"type": "lifespan.startup"})
        report = await self._reports.get()
        if report == "lifespan.startup.failed":
            await self._life
            raise ServiceNotStarted(service=self.name) from self._failure
        self._is_running = report == "lifespan.startup.complete"

    async def stop(self, patience: float) -> None:
        """Stop the service and wait for it, `patience` seconds at most."""
        if self._life is None:
            return
        was_running, self._is_running = self._is_running, False
        self._orders.put_nowait({"type": "lifespan.shutdown"})
        done, _ = await asyncio.wait({self._life}, timeout=patience)
        if not done:
            _log.error("service did not stop in time", service=self.name)
            self._life.cancel()
            await asyncio.wait({self._life})
        elif was_running and self._failure is not None:
            _log.error("service failed while stopping", service=self.name, error=type(self._failure).__name__)

    async def _live(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        try:
            await self._app(scope, self._orders.get, self._report)
        except Exception as error:  # noqa: BLE001  a service may raise anything; it is told to whoever waits
            self._failure = error
            if self._is_running:
                self._is_running = False
                _log.error("lifespan of a running service broke off", service=self.name, error=type(error).__name__)
        finally:
            self._reports.put_nowait(_ENDED)

    async def _report(self, message: Message) -> None:
        self._reports.put_nowait(message["type"])


@asynccontextmanager
async def running(services: Iterable[HostedService], *, stop_patience: float) -> AsyncIterator[None]:
    """Start services one after another, and stop them in reverse; if one does not start, stop those before it.

    Raises:
        ServiceNotStarted: One did not start.
    """
    async with AsyncExitStack() as stack:
        for service in services:
            stack.push_async_callback(service.stop, stop_patience)
            await service.start()
        yield
