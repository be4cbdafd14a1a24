"""All tables of the service, for migrations and their test."""

from __future__ import annotations

from services.plans.store.catalogue import ElementRow, IndicatorRow
from services.plans.store.plans import PlanRow, PlanVersionRow
from services.plans.store.table import PlansTable
from services.plans.store.unit_decisions import UnitDecisionRow

TABLES = (PlanRow, PlanVersionRow, ElementRow, IndicatorRow, UnitDecisionRow)

metadata = PlansTable.metadata

__all__ = ["TABLES", "metadata"]
