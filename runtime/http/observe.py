"""Give each request an id and a trace, count it, and write one line about it."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.service import Service
from runtime.telemetry.log import get_logger
from runtime.telemetry.trace import set_traceparent

_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


class Observed:
    """ASGI middleware around a service's application."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._metrics = service.metrics
        self._name = service.name
        self._log = get_logger(service.name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.match(given) else secrets.token_hex(8)
        scope["request_id"] = request_id
        set_traceparent(headers.get("traceparent"))
        status = 500
        began = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, noting)
            finally:
                self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # The template, not the path: a path holds ids. What no route matched is one label, or anybody could add labels.
        route = getattr(scope.get("route"), "path", "unmatched")
        self._metrics.requests.labels(self._name, scope["method"], route, str(status)).inc()
        self._metrics.seconds.labels(self._name, route).observe(seconds)
        self._log.info("request", method=scope["method"], route=route, status=status, seconds=round(seconds, 6))
