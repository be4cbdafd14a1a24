"""What the routes of plans answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.plan import Plan
from contracts.plan_draft import PlanDraft
from services.plans.domain.plan_state import PlanState

COLUMNS = ("slug", "title", "symbol", "issuer", "from_year", "until_year", "effective_on", "state", "version")
"""Columns of the list as a table."""


class PlanBegun(BaseModel):
    """A plan that was drafted: what never changes in it."""

    plan_id: UUID
    slug: str


class PlanInList(BaseModel):
    """A plan in few words."""

    model_config = ConfigDict(from_attributes=True)

    plan_id: UUID = Field(validation_alias="id")
    slug: str
    title: str
    symbol: str | None
    issuer: str
    issuer_id: UUID
    from_year: int
    until_year: int
    effective_on: date
    state: PlanState
    version: int = Field(description="The newest version issued; 0 for a draft.")
    revision: int = Field(description="With which revision it last changed.")


class PlanInFull(BaseModel):
    """A plan as it stands. Its ETag is what an edit sends as `If-Match`."""

    plan_id: UUID
    slug: str
    state: PlanState
    version: int = Field(description="The version shown; 0 for a draft.")
    issued_at: datetime | None = Field(description="When this version was issued here.")
    closed_at: datetime | None
    close_reason: str
    plan: Plan | None = Field(description="The version, with every unit resolved. Absent while it is a draft.")
    draft: PlanDraft | None = Field(description="What is drafted. Absent once it is issued.")


class PlanVersion(BaseModel):
    """One version of a plan."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    effective_on: date
    decision: str
    issued_at: datetime = Field(validation_alias="occurred_at")
    recorded_at: datetime
    revision: int


class ClosePlan(BaseModel):
    """Why a plan is closed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Hết kỳ kế hoạch."}]})

    reason: str = Field(min_length=1, max_length=1000)


def in_full(row: Any, version: Any) -> PlanInFull:
    """Return a plan with the version to show, or with its draft where `version` is None."""
    return PlanInFull(
        plan_id=row.id,
        slug=row.slug,
        state=PlanState(row.state),
        version=version.version if version else 0,
        issued_at=version.occurred_at if version else None,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        plan=Plan.model_validate(version.document) if version else None,
        draft=PlanDraft.model_validate(row.draft) if row.draft else None,
    )
