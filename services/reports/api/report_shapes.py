"""How reports are sent and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from contracts.plan import Code
from contracts.unit import UnitCode
from runtime.http.instants import StrictInstant
from services.reports.api.sheets import Content
from services.reports.domain.report import ReportState

_EXAMPLE: JsonDict = {
    "plan": "binh-thuan-2025",
    "unit": "595",
    "covers": [{"rule": "r1-quarter", "period": "2025-Q2", "figures": {"communes.total": 12, "activities.held": 5}}],
    "narrative": {"results": "Đã tổ chức 5 buổi tuyên truyền."},
}

_IMPORT_EXAMPLE: JsonDict = {
    **_EXAMPLE,
    "received_at": "2025-06-10T02:30:00Z",
    "channel": "paper",
    "evidence": "Sổ công văn đến số 412",
}


class NewReport(Content):
    """A report by the unit that owes it, or by who bears its duties."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    plan: Code
    unit: UnitCode = Field(description="Code of the unit that owes it, as the plan means it.")
    draft: bool = Field(default=False, description="Keep it as a draft instead of sending it.")


class ReportReceipt(BaseModel):
    """The answer to a report that came: nothing in it ever changes."""

    report_id: UUID
    plan: str
    unit: str
    created_at: datetime = Field(description="The server's instant: that of the receipt, unless it is a draft.")


class VersionReceipt(BaseModel):
    """The answer to a corrected version."""

    report_id: UUID
    version: int
    received_at: datetime


class SheetShown(BaseModel):
    """Figures for one obligation."""

    obligation_id: UUID
    rule: str
    period: str
    figures: dict[str, Any]
    nil: bool


class VersionShown(BaseModel):
    """One version of a report."""

    version: int
    received_at: datetime | None
    channel: str
    evidence: str
    sent_by: str
    provisional: bool
    narrative: dict[str, str]
    covers: list[SheetShown]


class ReportShown(BaseModel):
    """A report with all its versions."""

    report_id: UUID
    plan: str
    unit: str
    receiver: str
    state: ReportState
    can: list[str] = Field(description="What can be done with it in this state.")
    created_at: datetime
    versions: list[VersionShown]


class ReportLine(BaseModel):
    """A report in a list."""

    report_id: UUID
    plan_id: UUID
    unit: str
    state: ReportState
    version: int
    created_at: datetime
    revision: int


class Return(BaseModel):
    """Why a report goes back, and how long its correction may take."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Thiếu số liệu tháng 5."}]})

    reason: str = Field(min_length=1, max_length=2000)
    correction_days: int = Field(default=5, ge=1, le=60, description="Calendar days, without the day of the return.")


class Returned(BaseModel):
    """Until when the correction is due."""

    report_id: UUID
    correction_due_at: datetime = Field(description="Exclusive end of the last day.")


class Accepted(BaseModel):
    """The report counts."""

    report_id: UUID
    version: int


class ImportedReport(Content):
    """A report that was received earlier or by another channel, with its proof."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_IMPORT_EXAMPLE]})

    plan: Code
    unit: UnitCode
    received_at: StrictInstant
    channel: Literal["paper", "email", "post", "hand", "other"]
    evidence: str = Field(min_length=1, max_length=500, description="For example the number in the register of mail.")
