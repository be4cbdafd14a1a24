"""The services that have a database: what each is made of, for whoever runs, migrates or joins them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from fastapi import FastAPI

from kernel.clock import Clock
from runtime.auth.verifier import TokenVerifier
from runtime.bus import Bus
from runtime.config import ServiceConfig
from runtime.service import Service


class Name(StrEnum):
    """The services. What one tells comes before who hears it."""

    PLANS = "plans"
    TIPS = "tips"
    REFERRALS = "referrals"
    REPORTS = "reports"


class Wire(Protocol):
    """How every service is put together."""

    def __call__(self, config: Any, *, clock: Clock, verifier: TokenVerifier, bus: Bus) -> Service:
        """Return a service's parts, not yet started."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What one service is made of."""

    config: type[ServiceConfig]
    migrations: Path
    wire: Wire
    from_environment: Callable[[Clock], Service]
    create: Callable[[Any], FastAPI]
    """Returns the application of a wired service."""


PORTS = {Name.PLANS: 8001, Name.REPORTS: 8002, Name.TIPS: 8003, Name.REFERRALS: 8004}
"""Where each listens as a process of its own, unless it is told otherwise."""


def parts_of(name: Name) -> Parts:
    """Return what a service is made of: all have the same shape.

    It alone is imported, so that a process of its own starts without the others' code.
    """
    config, main, wiring = (import_module(f"services.{name}.{module}") for module in ("config", "main", "wiring"))
    return Parts(
        config=getattr(config, f"{name.capitalize()}Config"),
        migrations=wiring.MIGRATIONS,
        wire=wiring.wire,
        from_environment=wiring.from_environment,
        create=main.create,
    )
