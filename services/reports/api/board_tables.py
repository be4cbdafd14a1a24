"""The boards as tables: one row for each count, obligation, unit or indicator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import get_args

from services.reports.api.viewing import AsTable
from services.reports.board.compliance import ComplianceAnswer
from services.reports.board.indicators import IndicatorsAnswer, TipsShown
from services.reports.board.obligation_page import ObligationPage
from services.reports.board.ranking import RankingPage
from services.reports.board.shapes import StatusName

Cells = Iterator[tuple[object, ...]]

_COUNTED = ("total", *get_args(StatusName))


def _of_compliance(answer: ComplianceAnswer) -> Cells:
    """Yield the unit asked about and then those below it: all periods together (an empty one), and each."""
    whole = (answer.unit, answer.counts, answer.periods)
    for unit, counts, periods in (whole, *((one.unit, one.counts, one.periods) for one in answer.units)):
        for period, shown in {"": counts, **periods}.items():
            yield unit.code, unit.name, period, *(getattr(shown, name) for name in _COUNTED)


def _of_obligations(answer: ObligationPage) -> Cells:
    for one in answer.items:
        yield (
            one.plan,
            one.rule,
            one.period,
            one.unit.code,
            one.unit.name,
            one.bearer.code if one.bearer else None,
            one.status,
            _written(one.due_at),
            _written(one.first_receipt_at),
            one.obligation_id,
        )


def _of_ranking(answer: RankingPage) -> Cells:
    for one in answer.items:
        rates = (one.reporting_rate.n, one.reporting_rate.d, one.on_time_rate.n, one.on_time_rate.d)
        counts = (one.late, one.overdue, one.expected_so_far, *rates)
        seconds = (one.total_late_seconds, one.longest_late_seconds, one.mean_late_seconds)
        yield one.rank, one.unit.code, one.unit.name, *counts, *seconds


def _of_indicators(answer: IndicatorsAnswer) -> Cells:
    for one in answer.indicators:
        yield (
            one.code,
            one.name,
            one.period,
            one.verdict,
            one.reason,
            one.value.n,
            one.value.d,
            one.target and one.target.at_least,
            one.target and one.target.at_most,
            one.coverage.counted,
            one.coverage.expected,
            *(one.tips and getattr(one.tips, name) for name in _OF_TIPS),
        )


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


_OF_TIPS = TipsShown.__struct_fields__

COMPLIANCE_TABLE = AsTable("compliance", ComplianceAnswer, ("unit", "name", "period", *_COUNTED), _of_compliance)
OBLIGATIONS_TABLE = AsTable(
    "compliance-obligations",
    ObligationPage,
    ("plan", "rule", "period", "unit", "name", "bearer", "status", "due_at", "first_receipt_at", "id"),
    _of_obligations,
    is_paged=True,
)
RANKING_TABLE = AsTable(
    "compliance-ranking",
    RankingPage,
    (
        *("rank", "unit", "name", "late", "overdue", "expected_so_far"),
        *("reporting_n", "reporting_d", "on_time_n", "on_time_d"),
        *("total_late_seconds", "longest_late_seconds", "mean_late_seconds"),
    ),
    _of_ranking,
    is_paged=True,
)
INDICATORS_TABLE = AsTable(
    "indicators",
    IndicatorsAnswer,
    (
        *("indicator", "name", "period", "verdict", "reason", "n", "d", "at_least", "at_most"),
        *("counted", "expected"),
        *(f"tips_{name}" for name in _OF_TIPS),
    ),
    _of_indicators,
)
