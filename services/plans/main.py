"""The application of plans."""

from __future__ import annotations

from fastapi import FastAPI

from runtime.http.app import create_app
from services.plans.api import calendar, catalogue, plan_changes, plans, unit_decisions, units
from services.plans.wiring import Plans

DESCRIPTION = """Kế hoạch phòng, chống mại dâm: cây đơn vị, ngày làm việc, danh mục chỉ tiêu và số liệu, kế hoạch.

Units, working days, the catalogue of indicators and data elements, and the plans that units issue."""


def create(service: Plans) -> FastAPI:
    """Return the application of a wired service."""
    rooms = [units.routes, unit_decisions.routes, calendar.routes, catalogue.routes, plans.routes, plan_changes.routes]
    return create_app(service, rooms, title="Lành Mạnh: kế hoạch", description=DESCRIPTION)
