"""All services in one process: the only place that holds two services' databases or keys."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp

from contracts.topics import topic_of
from gateway.app import create_gateway
from gateway.settings import GatewaySettings
from kernel.clock import Clock
from lanhmanh.services import Name, parts_of
from runtime.auth.issuer import AUDIENCE, DevelopmentIssuer, open_issuer
from runtime.auth.issuer_app import create_issuer_app
from runtime.auth.keys import KeySource
from runtime.auth.verifier import TokenVerifier
from runtime.bus.embedded import EmbeddedBus
from runtime.database import Database
from runtime.database.migrate import migrate
from runtime.service import Service


@dataclass(frozen=True)
class Product:
    """The wired services with their applications, not yet started."""

    clock: Clock
    keys: Path
    """Folder of its secrets."""
    issuer: DevelopmentIssuer
    verifier: TokenVerifier
    services: dict[str, Service]
    apps: dict[str, FastAPI]

    def gateway(self) -> ASGIApp:
        """Return the gateway in front of all services, the development issuer among them."""
        apps = {"issuer": create_issuer_app(self.issuer), **self.apps}
        documents = {name: app.openapi() for name, app in apps.items()}
        return create_gateway(apps, documents, verifier=self.verifier, settings=GatewaySettings(), clock=self.clock)

    async def migrate(self) -> None:
        """Bring every database to the schema of this release."""
        for service in self.services.values():
            await service.database.open()
            try:
                await migrate(service.database, service.migrations)
            finally:
                await service.database.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run all services, without a gateway."""
        async with AsyncExitStack() as stack:
            for app in self.apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    async def drained(self) -> None:
        """Wait until every event that was published has taken effect in every consumer."""
        for service in self.services.values():
            for consumer in service.consumers:
                await consumer.subscribed.wait()
                rings = service.database.committed.rings
                while await consumer.lag():
                    await service.database.committed.after(rings)
                    rings = service.database.committed.rings


def sqlite_files(folder: Path) -> dict[Name, str]:
    """Return the URL of an SQLite file for each service, in a folder that is made."""
    folder.mkdir(parents=True, exist_ok=True)
    return {name: f"sqlite+aiosqlite:///{folder / name}.db" for name in Name}


def assemble(databases: Mapping[Name, str], keys: Path, *, url: str, clock: Clock) -> Product:
    """Wire all services over the databases at these URLs, with an embedded bus and the development issuer.

    Raises:
        DevelopmentIssuerForbidden: `LANHMANH_ENV` is `production`.
    """
    issuer = open_issuer(keys, url=url, env=os.environ.get("LANHMANH_ENV", ""), clock=clock)
    verifier = TokenVerifier(issuer.url, AUDIENCE, KeySource(issuer.jwks, clock), clock)
    producers: dict[str, Database] = {}
    bus = EmbeddedBus(producers)
    services: dict[str, Service] = {}
    apps: dict[str, FastAPI] = {}
    for name in Name:
        parts = parts_of(name)
        config = parts.config(database_url=databases[name], data=keys.parent)
        services[name] = parts.wire(config, clock=clock, verifier=verifier, bus=bus)
        producers[topic_of(name)] = services[name].database
        apps[name] = parts.create(services[name])
    return Product(clock=clock, keys=keys, issuer=issuer, verifier=verifier, services=services, apps=apps)
