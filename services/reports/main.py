"""The service's application."""

from __future__ import annotations

from fastapi import FastAPI

from runtime.http.app import create_app
from services.reports.api import alarms, answers, boards, compliance, judgements, obligations, report_steps, reports
from services.reports.wiring import Reports


def create(service: Reports) -> FastAPI:
    """Return the application around a wired service."""
    return create_app(
        service,
        # Routes are tried in this order: those that are asked most come first.
        [
            compliance.routes,
            boards.routes,
            reports.routes,
            report_steps.routes,
            obligations.routes,
            judgements.routes,
            alarms.routes,
        ],
        title="Lành Mạnh: reports",
        description="Collects what units report, and says at any instant who is late and which indicator is met.",
        schemas=answers.SCHEMAS,
    )
