"""Read when alarms are raised."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from runtime.law import Law, read_law
from services.tips.domain.alarm import Terms
from services.tips.domain.deadline import Step

_ESCALATED = "escalated."


@cache
def terms_on(day: date) -> Terms:
    """Return how long before a deadline it is near, and how long after it which unit above is told, as of a day."""
    law = _alarms()
    levels = sorted(name for name in law.names if name.startswith(_ESCALATED))
    held = (law.find(name, day) for name in levels)
    return Terms(
        {step: timedelta(hours=law.get(f"near.{step}", day).value) for step in Step},
        tuple(timedelta(hours=one.value) for one in held if one is not None),
    )


@cache
def _alarms() -> Law:
    return read_law("services.tips.law", "alarms.yaml")
