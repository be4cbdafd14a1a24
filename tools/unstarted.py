"""Build each service's application without starting it: what generators and checks ask about routes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import FastAPI
from joserfc.jwk import KeySetSerialization

from kernel.clock import SystemClock
from lanhmanh.services import Name, parts_of
from runtime.auth.keys import KeySource
from runtime.auth.verifier import TokenVerifier
from runtime.bus.embedded import EmbeddedBus
from runtime.config import ServiceConfig
from tools.generated import ROOT


def service_names() -> list[str]:
    """Return the services, in the order of the alphabet."""
    return sorted(main.parent.name for main in (ROOT / "services").glob("*/main.py"))


def unstarted(name: str) -> FastAPI:
    """Return a service's application. It has no database and knows no keys; its routes are all there."""
    parts = parts_of(Name(name))
    clock = SystemClock()
    with TemporaryDirectory() as data:
        # The database is named and never opened.
        config = parts.config(database_url=f"sqlite+aiosqlite:///{data}/unopened.db", data=Path(data))
        verifier = TokenVerifier("urn:nobody", "urn:nobody", KeySource(_no_keys, clock), clock)
        service = parts.wire(config, clock=clock, verifier=verifier, bus=EmbeddedBus({}))
    return parts.create(service)


def settings_of(name: str) -> type[ServiceConfig]:
    """Return the class of a service's settings."""
    return parts_of(Name(name)).config


async def _no_keys() -> KeySetSerialization:
    return {"keys": []}
