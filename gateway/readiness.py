"""Ask each service whether it is ready, and say how the whole is."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any, Literal, NamedTuple

from starlette.types import ASGIApp, Message

from gateway.lifespans import HostedService

State = Literal["ready", "not_ready", "unreachable"]


class Readiness(NamedTuple):
    """How the whole is. While one service works, the door stays open: the others must not lose it."""

    status: Literal["ready", "degraded", "unavailable"]
    services: dict[str, State]


async def ask_readiness(services: Collection[HostedService], *, patience: float) -> Readiness:
    """Ask all services at once at their `/readyz`, and wait for each at most `patience` seconds."""
    states = await asyncio.gather(*(_state_of(service, patience) for service in services))
    by_name = {service.name: state for service, state in zip(services, states, strict=True)}
    if all(state == "ready" for state in states):
        return Readiness("ready", by_name)
    return Readiness("degraded" if "ready" in states else "unavailable", by_name)


async def _state_of(service: ASGIApp, patience: float) -> State:
    try:
        async with asyncio.timeout(patience):
            status = await _status_of(service, "/readyz")
    except Exception:  # noqa: BLE001  whatever a service raises, it is not ready
        return "unreachable"
    return "ready" if status == 200 else "not_ready"


async def _status_of(app: ASGIApp, path: str) -> int:
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"accept", b"application/json")],
        "client": None,
        "server": None,
    }
    statuses: list[int] = []
    requests: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        # After the request a server stays silent until the caller leaves, and this one stays.
        return requests.pop() if requests else await asyncio.Future()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]
