"""Promises with their figures, and how the indicator board shows them."""

from __future__ import annotations

from typing import Any

from tests.reports.builders import an_indicator
from tests.reports.office import Office

SHARE = "premises.share"


def premises(inspected: int, total: int = 9) -> dict[str, int]:
    """Return figures for the share of premises inspected."""
    return {"premises.inspected": inspected, "premises.total": total}


def measured(code: str, measure: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Return an indicator with a measure."""
    return an_indicator(code, measure=measure, **changed)


COUNT = {"measure": "count", "value": ["activities.held"], "target": {"at_least": 10}}
GROWTH = {"measure": "growth", "value": ["activities.held"], "target": {"at_least": 3, "at_most": 5}}
POSTS = {"measure": "frequency", "element": "posts.published", "target": {"at_least": 1}}


async def cell(office: Office, code: str = SHARE, period: str = "2025", **query: Any) -> Any:
    """Return one indicator over one period."""
    shown = (await office.read("/v1/indicators", plan="binh-thuan-2025", **query))["indicators"]
    return next(one for one in shown if (one["code"], one["period"]) == (code, period))


async def verdict(office: Office, code: str = SHARE, period: str = "2025", **query: Any) -> tuple[str, str | None]:
    """Return what is said of an indicator, and why nothing can be."""
    found = await cell(office, code, period, **query)
    return found["verdict"], found["reason"]
