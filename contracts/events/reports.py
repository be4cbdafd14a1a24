"""What reports publishes: reports submitted, returned and accepted."""

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
