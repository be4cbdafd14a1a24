"""The service's application."""

from __future__ import annotations

from fastapi import FastAPI

from runtime.http.app import create_app
from services.tips.api import intake, ledger, tip_steps, tips
from services.tips.wiring import Tips


def create(service: Tips) -> FastAPI:
    """Return the application around a wired service."""
    return create_app(
        service,
        [intake.routes, ledger.routes, tips.routes, tip_steps.routes],
        title="Lành Mạnh: tips",
        description="Takes every tip in, numbers it with a signed receipt, and sees that it is handled in time.",
    )
