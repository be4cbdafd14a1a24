"""All tables of the service, for migrations and their test."""

from __future__ import annotations

from services.reports.store.judgements import JudgementRow
from services.reports.store.numbers import NumberedPeriodRow, NumberedUnitRow, SeriesRow
from services.reports.store.obligations import HistoryRow, ObligationRow
from services.reports.store.plans import PlanRow, PlanVersionRow
from services.reports.store.releases import ReleaseRow
from services.reports.store.reports import CoverRow, ReportRow, ReportVersionRow
from services.reports.store.table import ReportsTable
from services.reports.store.tips import TipHistoryRow

TABLES = (
    PlanRow,
    PlanVersionRow,
    NumberedUnitRow,
    NumberedPeriodRow,
    SeriesRow,
    ObligationRow,
    HistoryRow,
    ReportRow,
    CoverRow,
    ReportVersionRow,
    JudgementRow,
    TipHistoryRow,
    ReleaseRow,
)

metadata = ReportsTable.metadata

__all__ = ["TABLES", "metadata"]
