"""Give each request an id and a trace, count it, and write one line about it."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.problems import Problem
from runtime.database.failure import is_passing
from runtime.http.problem_document import answer_problem
from runtime.http.refusals import StoreUnavailable, Unforeseen
from runtime.service import Service
from runtime.telemetry.log import get_logger
from runtime.telemetry.trace import set_traceparent

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""A method is any word that the caller likes: only these become labels."""
_RETRY_SECONDS = 2
"""When to come again after the database failed."""
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


class AnswerBroken(Exception):
    """An answer failed after it had begun. Carries no text: the server logs it."""


class Observed:
    """ASGI middleware around a service's application. What the application raises ends here."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._metrics = service.metrics
        self._name = service.name
        # Bound here: a logger that is not makes itself anew for each line.
        self._log = get_logger(service.name).bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.match(given) else secrets.token_hex(8)
        scope["request_id"] = request_id
        set_traceparent(headers.get("traceparent"))
        status: int | None = None
        began = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        outside = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, noting)
        except Exception as error:  # noqa: BLE001 - the server would log its text, which may hold content
            self._log.error("request failed", route=_template(scope), error=type(error).__name__)
            if status is not None:
                # Half of an answer is out: only breaking off tells the caller that it is not whole.
                raise AnswerBroken from None
            await answer_problem(Request(scope), _problem(error, request_id))(scope, receive, noting)
        finally:
            self._note(scope, status or 500, time.perf_counter() - began)
            structlog.contextvars.reset_contextvars(**outside)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = _template(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(self._name, method, route, str(status)).inc()
        self._metrics.seconds.labels(self._name, route).observe(seconds)
        self._log.info("request", method=method, route=route, status=status, seconds=round(seconds, 6))


def _problem(error: Exception, request_id: str) -> Problem:
    if is_passing(error):
        return StoreUnavailable(request_id=request_id, retry_after=_RETRY_SECONDS)
    return Unforeseen(request_id=request_id)


def _template(scope: Scope) -> str:
    """Return the route's template, not the path: a path holds ids.

    What no route matched has one name, or anybody could add labels.
    """
    return getattr(scope.get("route"), "path", "unmatched")
