"""Read the limits that hold for a tip."""

from __future__ import annotations

from datetime import date
from functools import cache

from contracts.events.tips import Category
from runtime.law import Law, read_law
from services.tips.domain.deadline import Limit, Step

_UNCLASSIFIED = "unclassified"


def limits_of(category: Category | None, received_on: date) -> tuple[Limit, ...]:
    """Return the limits of a category as they stood on the day of the receipt; None is not classified yet."""
    law = _clocks()
    found = ((step, law.find(f"{step}.{category or _UNCLASSIFIED}", received_on)) for step in Step)
    return tuple(
        Limit(step, one.value, one.unit, one.runs_from, one.reference) for step, one in found if one is not None
    )


@cache
def _clocks() -> Law:
    return read_law("services.tips.law", "clocks.yaml")
