"""Hold the figures of a report against the plan and against what the unit said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from contracts.plan import DataElement, ElementKind, Plan
from kernel.calendar.period import Period, parse_period
from kernel.problems import Spot
from runtime.database import Read
from services.reports.domain.content import ReportContent, content_from_json
from services.reports.domain.figures import Earlier, Sheet, find_faults
from services.reports.domain.refusals import FiguresInvalid
from services.reports.store.obligations import get_obligations
from services.reports.store.reports import received_of_unit


async def check_content(
    content: ReportContent, obligations: Sequence[Any], plan: Plan, unit_id: UUID, *, report_id: UUID, read: Read
) -> None:
    """Check all figures of a report, and name every fault at once.

    Raises:
        FiguresInvalid: Some cannot be right.
        NothingReported: There is nothing in it.
    """
    content.ensure_says_something()
    elements = {element.code: element for element in plan.elements}
    said = await _said_before(read, plan, unit_id, except_for=report_id)
    spots: list[Spot] = []
    for place, obligation in enumerate(obligations):
        period = parse_period(obligation.period)
        sheet = content.sheets[obligation.id]
        earlier = {
            code: latest
            for code, element in elements.items()
            if (latest := _latest_before(said, element, period)) is not None
        }
        spots += find_faults(Sheet(f"/covers/{place}/figures", period, sheet.figures), elements, earlier)
    if spots:
        raise FiguresInvalid(spots=tuple(spots), count=len(spots))


async def _said_before(
    read: Read, plan: Plan, unit_id: UUID, *, except_for: UUID
) -> list[tuple[Period, Mapping[str, Any]]]:
    """Return the figures of the unit's other reports under the plan, with their periods."""
    versions = [row for row in await received_of_unit(read, plan.plan_id, unit_id) if row.report_id != except_for]
    sheets = {one: sheet for row in versions for one, sheet in content_from_json(row.content).sheets.items()}
    obligations = await get_obligations(read, list(sheets)) if sheets else []
    return [(parse_period(row.period), sheets[row.id].figures) for row in obligations]


def _latest_before(
    said: Sequence[tuple[Period, Mapping[str, Any]]], element: DataElement, period: Period
) -> Earlier | None:
    """Return the last figure of a cumulative element for a period that ended no later than this one."""
    end = _last_month(period)
    if element.kind is not ElementKind.CUMULATIVE or end is None:
        return None
    candidates = [
        (month, other.key, figures[element.code])
        for other, figures in said
        if (month := _last_month(other)) is not None
        and month <= end
        and (element.since == "programme" or month[0] == end[0])
        and isinstance(figures.get(element.code), int)
    ]
    if not candidates:
        return None
    _, key, value = max(candidates)
    return Earlier(key, value)


def _last_month(period: Period) -> tuple[int, int] | None:
    """Return year and month with which a period ends; None for one without days."""
    last = period.last_month
    return None if last is None else (last.year, last.index)
