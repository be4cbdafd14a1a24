"""The services that have a database: what each is made of, for whoever runs, migrates or joins them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from fastapi import FastAPI

from kernel.clock import Clock
from runtime.auth.verifier import TokenVerifier
from runtime.bus import Bus
from runtime.config import ServiceConfig
from runtime.service import Service
from services.plans import main as plans_main
from services.plans import wiring as plans_wiring
from services.plans.config import PlansConfig
from services.referrals import main as referrals_main
from services.referrals import wiring as referrals_wiring
from services.referrals.config import ReferralsConfig
from services.reports import main as reports_main
from services.reports import wiring as reports_wiring
from services.reports.config import ReportsConfig
from services.tips import main as tips_main
from services.tips import wiring as tips_wiring
from services.tips.config import TipsConfig


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
    port: int
    """Where it listens as a process of its own, unless it is told otherwise."""


SERVICES = {
    Name.PLANS: Parts(
        PlansConfig,
        plans_wiring.MIGRATIONS,
        plans_wiring.wire,
        plans_wiring.from_environment,
        plans_main.create,
        port=8001,
    ),
    Name.TIPS: Parts(
        TipsConfig,
        tips_wiring.MIGRATIONS,
        tips_wiring.wire,
        tips_wiring.from_environment,
        tips_main.create,
        port=8003,
    ),
    Name.REFERRALS: Parts(
        ReferralsConfig,
        referrals_wiring.MIGRATIONS,
        referrals_wiring.wire,
        referrals_wiring.from_environment,
        referrals_main.create,
        port=8004,
    ),
    Name.REPORTS: Parts(
        ReportsConfig,
        reports_wiring.MIGRATIONS,
        reports_wiring.wire,
        reports_wiring.from_environment,
        reports_main.create,
        port=8002,
    ),
}
