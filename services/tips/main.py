"""The service's application."""

from __future__ import annotations

from fastapi import FastAPI

from runtime.http.app import create_app
from services.tips.api import (
    bodies,
    bulk_intake,
    disclosures,
    follow_up,
    intake,
    ledger,
    mailbox,
    messages,
    packages,
    routing,
    tip_alarms,
    tip_digests,
    tip_figures,
    tip_marks,
    tip_statistics,
    tip_steps,
    tips,
)
from services.tips.wiring import Tips


def create(service: Tips) -> FastAPI:
    """Return the application around a wired service."""
    return create_app(
        service,
        # Routes are tried in this order: words come before the ids of tips.
        [
            intake.routes,
            bulk_intake.routes,
            mailbox.routes,
            follow_up.routes,
            ledger.routes,
            disclosures.routes,
            routing.routes,
            bodies.routes,
            tip_alarms.routes,
            tip_digests.routes,
            tip_figures.routes,
            tip_statistics.routes,
            tips.routes,
            tip_steps.routes,
            tip_marks.routes,
            messages.routes,
            packages.routes,
        ],
        title="Lành Mạnh: tips",
        description="Takes every tip in, numbers it with a signed receipt, and sees that it is handled in time.",
    )
