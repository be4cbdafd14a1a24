"""What is stuck: counted for a unit and those below it, with the tips that must be seen to first."""

from __future__ import annotations

from bisect import insort
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from runtime.http.declaration import UnitRule
from runtime.http.routes import Reads, Routes
from services.tips.api.acting import unit_today
from services.tips.api.tip_shapes import TipLine
from services.tips.api.tip_views import code_of, to_line
from services.tips.domain.digest import Digest
from services.tips.domain.tip import TipState
from services.tips.store.digests import digests_of
from services.tips.usecases.digest_tips import Stuck, stuck_tips

routes = Routes("tips", "digests")

_SHOWN = 100
_DAYS = 31


class DigestCounts(BaseModel):
    """Tips, and what they wait for. One may wait for several things."""

    open: int = Field(description="Not closed.")
    unclassified: int = Field(description="Nobody has said what they are.")
    unassigned: int = Field(description="Classified, and nobody has taken them on.")
    suspended: int
    unclosed: int = Field(description="Handled, and not closed.")
    near: int = Field(description="A deadline comes near.")
    late: int = Field(description="A deadline passed, and what it asks for is not done.")
    unread: int = Field(
        default=0,
        description="The informant wrote, and nobody has read it: also where a tip is closed, and not `open`.",
    )


class IssuedDigest(DigestCounts):
    """As it was issued on a morning."""

    day: date
    issued_at: datetime


class StuckTip(TipLine):
    """A tip that must be seen to."""

    reasons: list[str] = Field(description="What it waits for, by the names of the counts.")


class DigestShown(BaseModel):
    """How it stands now, and how it stood on the last mornings."""

    unit: str
    as_of: datetime
    now: DigestCounts
    stuck: list[StuckTip] = Field(description="Up to 100: late ones, those whose deadline is near, then unread ones.")
    issued: list[IssuedDigest] = Field(
        description="Of the last 31 days, the newest first: for the unit above all, and where somebody subscribed."
    )


@routes.read(
    "/v1/tips/digest",
    scope="tips:read",
    units=UnitRule.WITHIN,
    response_model=DigestShown,
    summary="See what is stuck among the tips of a unit and those below it",
)
async def get_digest(
    call: Reads, unit: Annotated[str | None, Query(description="Code of the unit; by default your own.")] = None
) -> DigestShown:
    top = call.actor.unit() if unit is None else unit_today(call, unit)
    call.actor.must_act_for(top)
    now, urgent = Digest(), list[Stuck]()
    async with call.service.database.read() as read:
        async for one in stuck_tips(read, call.reference, call.arrived_at, below=top):
            now.add(TipState(one.tip.state), one.reasons)
            if {"late", "near", "unread"} & {*one.reasons}:
                insort(urgent, one, key=_urgency)
                del urgent[_SHOWN:]
        issued = await digests_of(read, top, _DAYS)
    return DigestShown(
        unit=code_of(call, top),
        as_of=call.arrived_at,
        now=DigestCounts(**asdict(now)),
        stuck=[StuckTip(**to_line(call, one.tip).model_dump(), reasons=list(one.reasons)) for one in urgent],
        issued=[IssuedDigest(day=row.day, issued_at=row.issued_at, **row.counts) for row in issued],
    )


def _urgency(one: Stuck) -> tuple[bool, bool, datetime]:
    return "late" not in one.reasons, "near" not in one.reasons, one.tip.received_at
