"""Build the gateway: one ASGI app in front of all services, in this process or elsewhere."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from time import perf_counter

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import pages
from gateway.breaker import CircuitBreaker
from gateway.exchange import Exchange
from gateway.lifespans import HostedService, running
from gateway.problems import ServiceNotStarted
from gateway.proxy import Proxy, Upstream
from gateway.readiness import Readiness, ask_readiness
from gateway.routes import OPEN, Document, Route, RouteTable
from gateway.settings import GatewaySettings
from kernel.clock import Clock
from kernel.problems import Problem
from runtime.auth.verifier import TokenVerifier
from runtime.http.problem_document import language_of, problem_response
from runtime.http.refusals import Unforeseen
from runtime.telemetry.log import get_logger
from runtime.telemetry.metrics import Metrics

_log = get_logger(pages.NAME)

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""What a caller may name its request. Anything else could forge lines in a log."""


def create_gateway(
    upstreams: Mapping[str, ASGIApp],
    documents: Mapping[str, Document],
    *,
    verifier: TokenVerifier,
    settings: GatewaySettings,
    clock: Clock,
) -> ASGIApp:
    """Return the gateway before services that are given by name, each with its OpenAPI document.

    The services start in the order given when the server starts the gateway, and stop in reverse.

    Raises:
        ApiDocumentsClash: Two services, or a service and the gateway, declare the same route.
    """
    pause = timedelta(seconds=settings.breaker_pause_seconds)
    proxied = {
        name: Upstream(
            service=HostedService(name, app),
            breaker=CircuitBreaker(name, clock, failures=settings.breaker_failures, pause=pause),
        )
        for name, app in upstreams.items()
    }
    services = [upstream.service for upstream in proxied.values()]
    metrics = Metrics(pages.NAME)

    async def ask() -> Readiness:
        return await ask_readiness(services, patience=settings.readiness_patience_seconds)

    own = pages.create_pages(documents, ask=ask, metrics=metrics, token_url=settings.token_url)
    return _Gateway(
        routes=RouteTable({**documents, pages.NAME: _own_routes(own)}),
        proxy=Proxy(proxied, verifier=verifier, settings=settings, clock=clock, metrics=metrics),
        own=own,
        services=services,
        metrics=metrics,
        stop_patience=settings.stop_patience_seconds,
    )


class _Gateway:
    """The app that a server runs."""

    def __init__(
        self,
        *,
        routes: RouteTable,
        proxy: Proxy,
        own: ASGIApp,
        services: list[HostedService],
        metrics: Metrics,
        stop_patience: float,
    ) -> None:
        self._routes = routes
        self._proxy = proxy
        self._own = own
        self._services = services
        self._metrics = metrics
        self._stop_patience = stop_patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._answer(scope, receive, send)
            case "lifespan":
                await self._live(receive, send)
            case "websocket":
                await send({"type": "websocket.close", "code": 1008})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send, request_id=_request_id(scope))
        began = perf_counter()
        route: Route | None = None
        try:
            route = self._routes.match(scope["method"], scope["path"])
            await self._dispatch(route, scope, exchange)
        except Problem as problem:
            problem = exchange.refusal or problem
            self._metrics.refused.labels(route.service if route else pages.NAME, problem.code).inc()
            await _answer_problem(problem, scope, exchange)
        except Exception as error:  # noqa: BLE001  the server would write the text, which may be that of a tip
            await _answer_defect(error, route, scope, exchange)
        finally:
            self._count(route, scope["method"], exchange.status, perf_counter() - began)

    async def _dispatch(self, route: Route, scope: Scope, exchange: Exchange) -> None:
        if route.service == pages.NAME:
            await self._own(dict(scope), exchange.receive, exchange.send)
            return
        await self._proxy.forward(route, scope, exchange)
        if not exchange.is_answered and not exchange.caller_left:
            raise Unforeseen(request_id=exchange.request_id)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with running(self._services, stop_patience=self._stop_patience):
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except ServiceNotStarted as problem:
            await send({"type": "lifespan.startup.failed", "message": _reason(problem)})
            return
        await send({"type": "lifespan.shutdown.complete"})

    def _count(self, route: Route | None, method: str, status: int, seconds: float) -> None:
        service, template = (route.service, route.template) if route else (pages.NAME, "none")
        # Callers invent methods: without a route they would become label values without end.
        labels = (service, method if route else "none", template, str(status) if status else "broken off")
        self._metrics.requests.labels(*labels).inc()
        self._metrics.seconds.labels(service, template).observe(seconds)


def _own_routes(own: FastAPI) -> Document:
    """Return the gateway's own routes in the form in which services declare theirs."""
    return {"paths": {route.path: {"get": {OPEN: "public"}} for route in own.routes if isinstance(route, APIRoute)}}


def _request_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


async def _answer_problem(problem: Problem, scope: Scope, exchange: Exchange) -> None:
    """Answer with a problem document, unless an answer has begun: then the server cuts the connection."""
    if exchange.is_answered:
        return
    accepted = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"), None)
    response = problem_response(problem, language_of(accepted), exchange.request_id)
    headers = response.raw_headers
    await exchange.answer({"type": "http.response.start", "status": problem.status, "headers": headers})
    await exchange.answer({"type": "http.response.body", "body": response.body})


async def _answer_defect(error: Exception, route: Route | None, scope: Scope, exchange: Exchange) -> None:
    """Log the type of what a service raised, never its text, and answer in its place if it has not."""
    if exchange.refusal is None:
        _log.error(
            "service raised",
            service=route.service if route else pages.NAME,
            route=route.template if route else None,
            method=scope["method"],
            request_id=exchange.request_id,
            error=type(error).__name__,
        )
    await _answer_problem(exchange.refusal or Unforeseen(request_id=exchange.request_id), scope, exchange)


def _reason(problem: ServiceNotStarted) -> str:
    """Say why a service did not start: a named problem in its own words, anything else by its type only."""
    cause = problem.__cause__
    return f"{problem} ({cause if isinstance(cause, Problem) else type(cause).__name__})"
