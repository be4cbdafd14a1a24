"""The boards: who is late, which indicator is met, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from kernel.ids import UnitId
from runtime.http.call import Call
from runtime.http.declaration import UnitRule
from runtime.http.instants import StrictInstant
from runtime.http.routes import Reads, Routes
from runtime.http.tables import CSV, wants_csv
from services.reports.api.answers import COMPLIANCE, INDICATOR_EXPLANATION, INDICATORS, OBLIGATION_EXPLANATION
from services.reports.api.reading import ensure_readable, receivers_of_obligations
from services.reports.api.sheets import unit_on, unit_today
from services.reports.board import Board, Question
from services.reports.board.compliance import ComplianceQuestion, StatusName
from services.reports.board.explain_indicator import IndicatorExplanationQuestion
from services.reports.board.explain_obligation import ObligationCase, explain_obligation
from services.reports.board.indicators import IndicatorsQuestion
from services.reports.board.territory import TreeOf
from services.reports.domain.refusals import IndicatorUnknown
from services.reports.evaluation.evidence import Basis
from services.reports.store.obligations import get_obligation, history_of
from services.reports.store.plans import list_versions

routes = Routes("reports", "boards")


AsOf = Annotated[
    StrictInstant | None,
    Query(
        description="The instant asked about, past or future; the present if absent.", examples=["2025-06-14T17:00:00Z"]
    ),
]
KnownAt = Annotated[StrictInstant | None, Query(description="Leave out what was recorded later.")]
UnitParam = Annotated[str | None, Query(description="Code of the unit at the top; the plan's issuer, or your own.")]
PlanParam = Annotated[str, Query(description="Slug of the plan.", examples=["binh-thuan-2025"])]
Tree = Annotated[TreeOf, Query(description="Count what successors send at the old unit's place, or at their own.")]
Which = Annotated[Basis, Query(description="Which versions of reports count.")]


@dataclass(frozen=True, slots=True)
class View:
    """From where a caller looks at a board."""

    board: Board
    unit: str | None
    as_of: datetime | None
    known_at: datetime | None
    tree: TreeOf


async def _view(
    request: Request, unit: UnitParam = None, as_of: AsOf = None, known_at: KnownAt = None, tree: Tree = "then"
) -> View:
    return View(request.app.state.service.board, unit, as_of, known_at, tree)


Views = Annotated[View, Depends(_view)]


@routes.read(
    "/v1/compliance",
    scope="reports:read",
    units=UnitRule.WITHIN,
    response_model=None,
    responses=COMPLIANCE,
    summary="Who is late",
)
async def get_compliance(
    call: Reads,
    view: Views,
    plan: Annotated[str | None, Query(description="Slug of a plan; all plans if absent.")] = None,
    detail: Annotated[Literal["units", "obligations"], Query(description="Add each single obligation.")] = "units",
    status: Annotated[
        StatusName | None, Query(description="Of the single obligations, only those of this status.")
    ] = None,
) -> Response:
    top = await top_of(call, view, plan)
    question = ComplianceQuestion(top, plan, view.as_of, view.known_at, view.tree, detail, status, _form(call))
    return await _answered(call, view.board, question)


@routes.read(
    "/v1/indicators",
    scope="reports:read",
    units=UnitRule.WITHIN,
    response_model=None,
    responses=INDICATORS,
    summary="Which indicator is met",
)
async def get_indicators(
    call: Reads,
    view: Views,
    plan: PlanParam,
    basis: Which = Basis.ACCEPTED,
) -> Response:
    top = await top_of(call, view, plan)
    question = IndicatorsQuestion(plan, top, view.as_of, view.known_at, basis, view.tree, _form(call))
    return await _answered(call, view.board, question)


@routes.read(
    "/v1/explanations/indicator",
    scope="reports:read",
    units=UnitRule.WITHIN,
    response_model=None,
    responses=INDICATOR_EXPLANATION,
    summary="Why an indicator has its verdict",
)
async def get_indicator_explanation(
    call: Reads,
    view: Views,
    plan: PlanParam,
    indicator: str,
    period: str,
    basis: Which = Basis.ACCEPTED,
) -> Response:
    top = await top_of(call, view, plan)
    cell = IndicatorsQuestion(plan, top, view.as_of, view.known_at, basis, view.tree)
    answer = await view.board.ask(IndicatorExplanationQuestion(cell, indicator, period, call.language), call.look)
    if answer.body == b"null":
        raise IndicatorUnknown(plan=plan, indicator=indicator, period=period)
    return _respond(call, answer.body, answer.etag)


@routes.read(
    "/v1/explanations/obligations/{obligation_id}",
    scope="reports:read",
    units=UnitRule.WITHIN,
    response_model=None,
    responses=OBLIGATION_EXPLANATION,
    summary="Why an obligation has its status",
)
async def get_obligation_explanation(
    obligation_id: UUID, call: Reads, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    async with call.service.database.read() as read:
        newest = await read.newest()
        row = await get_obligation(read, obligation_id)
        await ensure_readable(call, read, row, receivers_of_obligations)
        case = ObligationCase(row, await list_versions(read, row.plan_id), await history_of(read, obligation_id))
    explained = explain_obligation(
        case,
        t=as_of or call.arrived_at,
        known_at=min(known_at or newest.recorded_at, newest.recorded_at),
        language=call.language,
    )
    return Response(msgspec.json.encode(explained), media_type="application/json")


def _form(call: Call) -> Literal["json", "csv"]:
    return "csv" if wants_csv(call.request.headers.get("accept")) else "json"


async def top_of(call: Call, view: View, slug: str | None) -> UnitId:
    """Return the unit at the top of the answer, if the caller may look there.

    Raises:
        UnitUnknown, PlanUnknown: There is no such unit or plan.
        UnitNotInForce: The caller's own unit does not exist.
        UnitOutside: The caller stands neither at or above it, nor receives reports under the plan.
    """
    if slug is None:
        named = call.actor.unit() if view.unit is None else unit_today(call, view.unit)
        call.actor.must_act_for(named)
        return named
    versions = await view.board.versions_of(slug, call.look)
    plan, days = versions[-1], (one.effective_on for one in versions)
    top = UnitId(plan.issuer_id) if view.unit is None else unit_on(call, days, view.unit)
    receivers = {UnitId(one) for rule in plan.rules for one in rule.receiver_ids}
    if not any(call.actor.can_act_for(receiver) for receiver in receivers):
        call.actor.must_act_for(top)
    return top


async def _answered(call: Call, board: Board, question: Question) -> Response:
    answer = await board.ask(question, call.look)
    return _respond(call, answer.body, answer.etag, csv=_form(call) == "csv")


def _respond(call: Call, body: bytes, etag: str, *, csv: bool = False) -> Response:
    headers: dict[str, Any] = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept, Accept-Language"}
    if _has(etag, call.request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=CSV if csv else "application/json")


def _has(etag: str, if_none_match: str) -> bool:
    """Tell whether the caller has these bytes: weak and strong tags compare alike (RFC 9110, 13.1.2)."""
    return bool({etag, "*"} & {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")})
