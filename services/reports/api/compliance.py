"""The compliance board: how many are late, which obligations those are, and which units are latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import Field
from starlette.responses import Response

from kernel.calendar.period import UnreadablePeriod, parse_period
from kernel.ids import UnitId
from kernel.problems import Spot
from runtime.http.call import Call
from runtime.http.declaration import UnitRule
from runtime.http.refusals import CursorInvalid
from runtime.http.routes import Reads, Routes
from services.reports.api.answers import COMPLIANCE, OBLIGATIONS, RANKING
from services.reports.api.board_tables import COMPLIANCE_TABLE, OBLIGATIONS_TABLE, RANKING_TABLE
from services.reports.api.viewing import Portions, View, Views, answered, pinned, top_of
from services.reports.board.compliance import ComplianceQuestion
from services.reports.board.obligation_page import ObligationKey, ObligationsQuestion
from services.reports.board.ranking import RankedBy, RankedKey, RankedOf, RankingQuestion
from services.reports.board.shapes import StatusName
from services.reports.board.survey import Extent

routes = Routes("reports", "compliance")

Year = Annotated[int, Field(ge=1900, le=2199)]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which obligations a caller asks about, as it was sent."""

    plan: str | None
    periods: Sequence[str]
    years: Sequence[int]


async def _filter(
    plan: Annotated[str | None, Query(description="Slug of a plan; all plans if absent.")] = None,
    period: Annotated[
        list[str] | None,
        Query(
            description="Only this period; may be given several times. `year` adds to it.",
            examples=[["2026-Q3", "2026-H1"]],
        ),
    ] = None,
    year: Annotated[
        list[Year] | None,
        Query(description="Only the periods within this year; may be given several times.", examples=[[2026]]),
    ] = None,
) -> Filter:
    return Filter(plan, period or (), year or ())


Filters = Annotated[Filter, Depends(_filter)]


@routes.read(
    "/v1/compliance",
    scope="reports:read",
    units=UnitRule.WITHIN,
    response_model=None,
    responses=COMPLIANCE,
    summary="Who is late",
)
async def get_compliance(call: Reads, view: Views, asked: Filters) -> Response:
    question = ComplianceQuestion(await _extent(call, view, asked))
    return await answered(call, view.board, question, COMPLIANCE_TABLE)


@routes.read(
    "/v1/compliance/obligations",
    scope="reports:read",
    units=UnitRule.WITHIN,
    response_model=None,
    responses=OBLIGATIONS,
    summary="Which obligations are behind a count",
)
async def get_compliance_obligations(
    call: Reads,
    view: Views,
    asked: Filters,
    page: Portions,
    status: Annotated[
        list[StatusName] | None,
        Query(description="Only those of this status; may be given several times.", examples=[["late", "overdue"]]),
    ] = None,
) -> Response:
    view, key = pinned(view, page.cursor, int, str, str, str, str, UUID)
    extent = await _extent(call, view, asked)
    after = None if key is None else ObligationKey(*key)
    question = ObligationsQuestion(extent, tuple(sorted(set(status or ()))), page.limit, after)
    return await answered(call, view.board, question, OBLIGATIONS_TABLE)


@routes.read(
    "/v1/compliance/ranking",
    scope="reports:read",
    units=UnitRule.WITHIN,
    response_model=None,
    responses=RANKING,
    summary="Who is latest, and by how much",
)
async def get_compliance_ranking(
    call: Reads,
    view: Views,
    asked: Filters,
    page: Portions,
    of: Annotated[
        RankedOf,
        Query(description="Each unit directly below with all below it, or each unit below for what it owes itself."),
    ] = "children",
    by: Annotated[RankedBy, Query(description="What ranks: the most lateness first, or the lowest rate.")] = "total",
) -> Response:
    view, key = pinned(view, page.cursor, int, int, str, UUID)
    after = None if key is None else RankedKey(*key)
    if after is not None and after.d < 1:
        raise CursorInvalid
    question = RankingQuestion(await _extent(call, view, asked), of, by, page.limit, after)
    return await answered(call, view.board, question, RANKING_TABLE)


async def _extent(call: Call, view: View, asked: Filter) -> Extent:
    """Return which obligations are asked about, if the caller may look there.

    Raises:
        UnreadablePeriod: A period is none.
    """
    top: UnitId = await top_of(call, view, asked.plan)
    periods = {_key(place, period) for place, period in enumerate(asked.periods)}
    return Extent(
        top,
        asked.plan,
        view.as_of,
        view.known_at,
        view.tree,
        periods=tuple(sorted(periods)),
        years=tuple(sorted(set(asked.years))),
    )


def _key(place: int, period: str) -> str:
    try:
        return parse_period(period).key
    except UnreadablePeriod as error:
        words = (error.say("vi").detail, error.say("en").detail)
        raise UnreadablePeriod(period=period, spots=(Spot(f"query/period/{place}", error.code, *words),)) from None
