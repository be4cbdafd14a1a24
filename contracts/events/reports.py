"""What reports publishes: reports submitted, returned and accepted, and alarms on what is owed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from contracts.model import Event

TOPIC = "lanhmanh.reports"


class _ReportEvent(Event):
    """What every event on a report says: which report, for what, when."""

    topic: ClassVar[str] = TOPIC

    report_id: UUID
    version: int
    plan_id: UUID
    unit_id: UUID
    obligation_ids: tuple[UUID, ...]
    """Empty for a report that nobody asked for."""
    occurred_at: datetime

    def key(self) -> str:
        return str(self.report_id)

    def unit(self) -> UUID | None:
        return self.unit_id


class ReportSubmitted(_ReportEvent):
    """A unit sent a report, or a corrected version of it."""

    type: ClassVar[str] = "vn.lanhmanh.reports.report.submitted.v1"


class ReportReturned(_ReportEvent):
    """The receiver sent a report back for correction."""

    type: ClassVar[str] = "vn.lanhmanh.reports.report.returned.v1"

    correction_due_at: datetime


class ReportAccepted(_ReportEvent):
    """The receiver accepted a report."""

    type: ClassVar[str] = "vn.lanhmanh.reports.report.accepted.v1"


class _ObligationAlarm(Event):
    """What every alarm on an obligation says: who owes what by when, to whom it is told, and since when it is so."""

    topic: ClassVar[str] = TOPIC

    obligation_id: UUID
    plan_id: UUID
    rule: str
    period: str
    unit_id: UUID
    """Who owes: the unit itself, or the one that bears its duties."""
    to_unit_id: UUID
    """To whom the alarm is raised."""
    due_at: datetime
    fell_at: datetime
    """The instant at which the alarm fell due: earlier than it was raised where nobody was there."""

    def key(self) -> str:
        return str(self.obligation_id)

    def unit(self) -> UUID | None:
        return self.to_unit_id


class ObligationDueSoon(_ObligationAlarm):
    """A report is due in a few days, and has not come."""

    type: ClassVar[str] = "vn.lanhmanh.reports.obligation.due_soon.v1"


class ObligationOverdue(_ObligationAlarm):
    """A report has not come by its due instant, or its correction not by the correction day."""

    type: ClassVar[str] = "vn.lanhmanh.reports.obligation.overdue.v1"


class ObligationEscalated(_ObligationAlarm):
    """A report has been overdue for so long that a unit above is told."""

    type: ClassVar[str] = "vn.lanhmanh.reports.obligation.escalated.v1"

    step: int
    """How far above the unit that owes: 1 is directly above."""
