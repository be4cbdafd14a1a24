"""What plans publishes: units, the calendar, and plans issued, amended and closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from contracts.model import Contract, Event
from contracts.plan import Plan
from contracts.unit import Succession, UnitRecord

TOPIC = "lanhmanh.plans"


class UnitsChanged(Event):
    """A decision on units, in numbered parts of at most 500 units, parents first.

    It takes effect in a reader with its last part.
    """

    type: ClassVar[str] = "vn.lanhmanh.plans.units.changed.v1"
    topic: ClassVar[str] = TOPIC

    decision_id: UUID
    decision: str
    part: int = Field(ge=1)
    parts: int = Field(ge=1)
    units: tuple[UnitRecord, ...] = Field(max_length=500)
    successions: tuple[Succession, ...] = ()

    def key(self) -> str:
        return str(self.decision_id)


class DayDecision(Contract):
    """Days that a decision makes free, or makes working days."""

    decision: str
    decided_on: date
    days_off: tuple[date, ...] = ()
    worked: tuple[date, ...] = ()
    """Days of the weekend that are worked instead."""
    completes: tuple[int, ...] = ()
    """Years whose days off are all known with this decision."""
    reference: str = ""


CALENDAR = "calendar"
"""The key of everything that is told of it."""


class CalendarChanged(Event):
    """A decision on days off was added. The decisions before it stay."""

    type: ClassVar[str] = "vn.lanhmanh.plans.calendar.changed.v1"
    topic: ClassVar[str] = TOPIC

    decision: DayDecision
    digest: str
    """SHA-256 of the whole calendar with this decision in it."""

    def key(self) -> str:
        return CALENDAR


class PlanIssued(Event):
    """A plan was issued, and binds from its effective day."""

    type: ClassVar[str] = "vn.lanhmanh.plans.plan.issued.v1"
    topic: ClassVar[str] = TOPIC

    plan: Plan
    occurred_at: datetime

    def key(self) -> str:
        return str(self.plan.plan_id)


class PlanAmended(Event):
    """An issued plan has a new version."""

    type: ClassVar[str] = "vn.lanhmanh.plans.plan.amended.v1"
    topic: ClassVar[str] = TOPIC

    plan: Plan
    occurred_at: datetime

    def key(self) -> str:
        return str(self.plan.plan_id)


class PlanClosed(Event):
    """A plan was closed. That changes no obligation."""

    type: ClassVar[str] = "vn.lanhmanh.plans.plan.closed.v1"
    topic: ClassVar[str] = TOPIC

    plan_id: UUID
    slug: str
    reason: str
    occurred_at: datetime

    def key(self) -> str:
        return str(self.plan_id)
