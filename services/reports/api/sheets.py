"""How callers write a report: what it covers, its figures and its words."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.plan import Code, Plan
from kernel.calendar.period import parse_period
from kernel.clock import legal_day
from kernel.ids import UnitId, obligation_id
from runtime.database import Read
from runtime.http.call import Call
from services.reports.domain.content import ReportContent, SheetContent
from services.reports.domain.refusals import UnitUnknown
from services.reports.store.obligations import get_obligation

Section = Literal["situation", "results", "difficulties", "proposals"]


class Cover(BaseModel):
    """One obligation that a report covers, and the figures for it."""

    model_config = ConfigDict(extra="forbid")

    rule: Code = Field(examples=["r1-quarter"])
    period: str = Field(examples=["2025-Q2"])
    figures: dict[str, int | dict[str, int]] = Field(
        default_factory=dict,
        description="By data element: a count, or a count for each month.",
        examples=[{"communes.total": 12, "posts.published": {"2025-04": 2, "2025-05": 1}}],
    )
    nil: bool = Field(default=False, description="Không phát sinh: a confirmed zero for what is not stated.")


class Content(BaseModel):
    """What a version of a report says."""

    model_config = ConfigDict(extra="forbid")

    covers: Annotated[list[Cover], Field(max_length=20)] = Field(
        default_factory=list, description="Several only where they fall together; none for what nobody asked for."
    )
    narrative: dict[Section, Annotated[str, Field(max_length=20_000)]] = Field(default_factory=dict)
    provisional: bool = False

    def to_content(self, plan: Plan, unit_id: UUID) -> ReportContent:
        """Return the content by the ids of obligations."""
        sheets: dict[UUID, SheetContent] = {}
        for one in self.covers:
            covered = obligation_id(plan.plan_id, one.rule, unit_id, parse_period(one.period).key)
            sheets[covered] = SheetContent(one.figures, one.nil)
        words = {str(section): text for section, text in self.narrative.items()}
        return ReportContent(sheets, words, self.provisional)


def unit_under(call: Call, plan: Plan, code: str) -> UnitId:
    """Return the unit that a plan means by a code: on its effective day, or else today.

    Raises:
        UnitUnknown: No unit has the code on either day.
    """
    today = legal_day(call.arrived_at)
    found = call.reference.tree.find(code, plan.effective_on) or call.reference.tree.find(code, today)
    if found is None:
        raise UnitUnknown(unit=code, day=plan.effective_on.isoformat())
    return found.id


def code_of(call: Call, unit_id: UUID) -> str:
    """Return a unit's code."""
    return call.reference.tree.get(UnitId(unit_id)).code


async def cover_of(read: Read, one: UUID) -> tuple[str, str]:
    """Return rule and period of an obligation."""
    row = await get_obligation(read, one)
    return row.rule, row.period
