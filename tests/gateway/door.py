"""Build a gateway before small services, and knock on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app import create_gateway
from gateway.lifespans import HostedService
from gateway.settings import GatewaySettings
from tests.runtime.auth.forge import Verification, claims, sign

Document = dict[str, Any]


def a_document(*routes: str, **extensions: Any) -> Document:
    """Return an OpenAPI document with operations written as `GET /v1/plans`, all with the same extensions."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        method, _, template = route.partition(" ")
        paths.setdefault(template, {})[method.lower()] = {
            "responses": {"200": {"description": "OK"}},
            **{f"x-lanhmanh-{name}": value for name, value in extensions.items()},
        }
    return {"openapi": "3.1.0", "info": {"title": "Harbour", "version": "1"}, "paths": paths}


def a_settings(**changed: Any) -> GatewaySettings:
    return GatewaySettings(**{"retry_pause_seconds": 0.0, **changed})


def echo_service(name: str) -> FastAPI:
    """Return a service that says what it was asked."""
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST", "PUT"])
    async def echo(request: Request) -> dict[str, Any]:
        return {
            "service": name,
            "path": request.url.path,
            "query": request.url.query,
            "headers": dict(request.headers),
            "body": (await request.body()).decode(),
            "client": request.client,
        }

    return app


async def silent_service(scope: Scope, _receive: Receive, _send: Send) -> None:
    """Know no lifespan, and fail the test if a request comes."""
    raise AssertionError(f"nobody should be asked: {scope['type']}")


def a_token(**changed: Any) -> str:
    return sign(claims(**changed))


def bearer(**changed: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {a_token(**changed)}"}


class Door:
    """A gateway, and the clock and keys it looks at."""

    def __init__(
        self,
        upstreams: Mapping[str, ASGIApp],
        documents: Mapping[str, Document],
        settings: GatewaySettings | None = None,
    ) -> None:
        self.verification = Verification()
        self.app = create_gateway(
            upstreams,
            documents,
            verifier=self.verification.verifier,
            settings=settings or a_settings(),
            clock=self.verification.clock,
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[httpx.AsyncClient]:
        """Run the services, and return a client that is authenticated."""
        hosted = HostedService("gateway", self.app)
        await hosted.start()
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://door.example", headers=bearer()) as client:
            yield client
        await hosted.stop(1.0)
