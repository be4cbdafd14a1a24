"""Take a request from the door to the service it is for: who asks, how much, how large, and whether it answers.

A bare ASGI path: a framework here would cost most of the services' own throughput.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from limits import RateLimitItem, parse
from starlette.types import Scope

from gateway.breaker import CircuitBreaker
from gateway.exchange import Exchange, Headers
from gateway.lifespans import HostedService
from gateway.problems import ServiceUnavailable
from gateway.rates import AddressMask, RateWindows
from gateway.routes import Route
from gateway.settings import GatewaySettings
from gateway.work import WorkWindows
from kernel.clock import Clock
from kernel.problems import Refusal
from runtime.auth.verifier import TokenVerifier
from runtime.http.refusals import RateExceeded
from runtime.telemetry.metrics import Metrics

_OWN_PREFIX = b"x-lanhmanh-"
"""Headers with which the parts of the product talk to each other: never taken from outside."""
_STAY_OUTSIDE = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip", b"x-request-id", b"work"})
"""A caller's address ends here: no service could store what it never gets. Request id and work are the gateway's."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """A service as the proxy sees it."""

    service: HostedService
    breaker: CircuitBreaker


class Proxy:
    """Forwards requests by their routes."""

    def __init__(
        self,
        upstreams: Mapping[str, Upstream],
        *,
        verifier: TokenVerifier,
        settings: GatewaySettings,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._upstreams = upstreams
        self._verifier = verifier
        self._settings = settings
        self._metrics = metrics
        self._windows = RateWindows(clock)
        self._work = WorkWindows(self._windows, clock, bits=settings.work_bits)
        self._addresses = AddressMask(clock)
        self._rate = parse(settings.rate)
        self._bulk_rate = parse(settings.bulk_rate)
        self._anonymous_rate = parse(settings.anonymous_rate)

    async def forward(self, route: Route, scope: Scope, exchange: Exchange) -> None:
        """Have the service of a route answer a request.

        Raises:
            Refusal: The caller is not known, asks too often, or sends too much or too slowly.
            Fault: The service cannot be reached or is silent.
        """
        headers = scope["headers"]
        self._admit(route, headers, await self._identify(route, scope))
        exchange.limit(
            body_bytes=self._settings.bulk_body_limit_bytes if route.is_bulk else self._settings.body_limit_bytes,
            declared=_content_length(headers),
            caller_patience=self._settings.caller_patience_seconds,
        )
        inner = {**scope, "client": None, "headers": _inward(headers, exchange.request_id)}
        await self._call_with_retries(route, inner, exchange)

    async def _identify(self, route: Route, scope: Scope) -> Hashable:
        """Return who asks: a client's id, or a masked address where the route is open or signed for the service."""
        if not route.needs_token:
            return self._masked_address(scope)
        authorization = _header(scope["headers"], b"authorization")
        try:
            principal = await self._verifier.authenticate(authorization)
        except Refusal:
            # Guessing tokens is asking as well.
            self._windows.admit(self._anonymous_rate, ("refused token", self._masked_address(scope)))
            raise
        return principal.client_id

    def _admit(self, route: Route, headers: Headers, caller: Hashable) -> None:
        """Count a request of a caller, or beyond its limit one of the work that was done for it.

        Below the limit no proof is looked at: a wrong one keeps nobody out who would have come in without any.
        """
        rate, place = self._rate_of(route), (route.service, route.method, route.template)
        try:
            self._windows.admit(rate, (*place, caller))
        except RateExceeded as full:
            if not route.takes_work:
                raise
            proof, key = _header(headers, b"work"), _header(headers, b"idempotency-key")
            self._work.admit(rate, place, proof=proof, key=key, full=full)
            self._metrics.admitted_by_work.labels(route.service).inc()

    def _masked_address(self, scope: Scope) -> bytes:
        return self._addresses.mask(scope["client"][0] if scope.get("client") else "")

    def _rate_of(self, route: Route) -> RateLimitItem:
        if not route.needs_token and not route.is_signed:
            return self._anonymous_rate
        return self._bulk_rate if route.is_bulk else self._rate

    async def _call_with_retries(self, route: Route, scope: Scope, exchange: Exchange) -> None:
        """Call the service; a read that reached nobody is sent again a few times, with growing pauses."""
        pause = self._settings.retry_pause_seconds
        retries = self._settings.read_retries if route.only_reads else 0
        for _ in range(retries):
            try:
                return await self._call(route, scope, exchange)
            except ServiceUnavailable:
                if self._upstreams[route.service].breaker.is_open or not exchange.is_untouched:
                    raise
            await asyncio.sleep(pause)
            pause *= 2
        return await self._call(route, scope, exchange)

    async def _call(self, route: Route, scope: Scope, exchange: Exchange) -> None:
        upstream = self._upstreams[route.service]
        bulk, other = self._settings.bulk_service_patience_seconds, self._settings.service_patience_seconds
        with upstream.breaker.attempt():
            async with exchange.service_turn(route.service, patience=bulk if route.is_bulk else other):
                await upstream.service(scope, exchange.receive, exchange.send)


def _inward(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """Return the headers that a service gets to see."""
    passed = [
        header for header in headers if header[0] not in _STAY_OUTSIDE and not header[0].startswith(_OWN_PREFIX)
    ]  # fmt: skip
    passed.append((b"x-request-id", request_id.encode()))
    return passed


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    return next((value.decode("latin-1") for other, value in headers if other == name), None)


def _content_length(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    declared = _header(headers, b"content-length")
    return int(declared) if declared and declared.isdigit() else None
