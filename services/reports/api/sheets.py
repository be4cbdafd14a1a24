"""How callers write a report: what it covers, its figures and its words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic.config import JsonDict

from contracts.plan import Code, Plan
from kernel.calendar.period import parse_period
from kernel.clock import legal_day
from kernel.ids import UnitId, obligation_id
from kernel.problems import Spot
from runtime.database import Read
from runtime.http.call import Call
from services.reports.domain.content import ReportContent, SheetContent
from services.reports.domain.refusals import CoveredTwice, UnitUnknown
from services.reports.store.plans import effective_days

Section = Literal["situation", "results", "difficulties", "proposals"]

_COUNT = {"type": "integer", "minimum": 0}
Figure = Annotated[
    Any,
    # The domain checks figures and names all that are wrong at once. Pydantic would take true for 1 and "5" for 5.
    PlainValidator(lambda figure: figure),
    WithJsonSchema({"anyOf": [_COUNT, {"type": "object", "additionalProperties": _COUNT}]}),
]
"""A count for the whole period, or one for each month (`2025-06`)."""

_EXAMPLE: JsonDict = {
    "covers": [{"rule": "r1-quarter", "period": "2025-Q2", "figures": {"communes.total": 12, "activities.held": 6}}],
    "narrative": {"results": "Đã tổ chức 6 buổi tuyên truyền."},
}


class Cover(BaseModel):
    """One obligation that a report covers, and the figures for it."""

    model_config = ConfigDict(extra="forbid")

    rule: Code = Field(examples=["r1-quarter"])
    period: str = Field(examples=["2025-Q2"])
    figures: dict[str, Figure] = Field(
        default_factory=dict,
        description="By data element: a count, or a count for each month.",
        examples=[{"communes.total": 12, "posts.published": {"2025-04": 2, "2025-05": 1}}],
    )
    nil: bool = Field(default=False, description="Không phát sinh: a confirmed zero for what is not stated.")


class Content(BaseModel):
    """What a version of a report says."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    covers: Annotated[list[Cover], Field(max_length=20)] = Field(
        default_factory=list, description="Several only where they fall together; none for what nobody asked for."
    )
    narrative: dict[Section, Annotated[str, Field(max_length=20_000)]] = Field(default_factory=dict)
    provisional: bool = False

    def to_content(self, plan: Plan, unit_id: UUID) -> ReportContent:
        """Return the content by the ids of obligations.

        Raises:
            UnreadablePeriod: A period is none.
            CoveredTwice: An obligation is named twice.
        """
        ids = [obligation_id(plan.plan_id, one.rule, unit_id, parse_period(one.period).key) for one in self.covers]
        twice = [f"/covers/{place}" for place, one in enumerate(ids) if one in ids[:place]]
        if twice:
            vi, en = "nghĩa vụ này đã được nêu ở trên", "named before"
            raise CoveredTwice(spots=tuple(Spot(pointer, "covered_twice", vi, en) for pointer in twice))
        sheets: dict[UUID, SheetContent] = {
            one: SheetContent(cover.figures, cover.nil) for one, cover in zip(ids, self.covers, strict=True)
        }
        words = {str(section): text for section, text in self.narrative.items()}
        return ReportContent(sheets, words, self.provisional)


async def unit_under(call: Call, read: Read, plan: Plan, code: str) -> UnitId:
    """Return the unit that a plan means by a code: on the effective day of its first or a later version, or else today.

    Raises:
        UnitUnknown: No unit has the code on any of these days.
    """
    return unit_on(call, await effective_days(read, plan.plan_id), code)


def unit_on(call: Call, days: Iterable[date], code: str) -> UnitId:
    """Return the unit that has a code on the first possible of some days, or else today.

    Raises:
        UnitUnknown: No unit has the code on any of these days.
    """
    for day in days:
        found = call.reference.tree.find(code, day)
        if found is not None:
            return found.id
    return unit_today(call, code)


async def unit_named(call: Call, read: Read, plan: Plan | None, code: str) -> UnitId:
    """Return the unit that a code means: under a plan as the plan means it, else today's.

    Raises:
        UnitUnknown: There is none.
    """
    if plan is not None:
        return await unit_under(call, read, plan, code)
    return unit_today(call, code)


def unit_today(call: Call, code: str) -> UnitId:
    """Return the unit that has a code on the day of the request.

    Raises:
        UnitUnknown: None has.
    """
    today = legal_day(call.arrived_at)
    found = call.reference.tree.find(code, today)
    if found is None:
        raise UnitUnknown(unit=code, day=today.isoformat())
    return found.id


def code_of(call: Call, unit_id: UUID) -> str:
    """Return a unit's code."""
    return call.reference.tree.get(UnitId(unit_id)).code
