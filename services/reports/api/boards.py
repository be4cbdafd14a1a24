"""Which indicator is met, and why; and why an obligation has its status."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import Query
from starlette.responses import Response

from runtime.http.declaration import UnitRule
from runtime.http.routes import Reads, Routes
from services.reports.api.answers import INDICATOR_EXPLANATION, INDICATORS, OBLIGATION_EXPLANATION
from services.reports.api.board_tables import INDICATORS_TABLE
from services.reports.api.reading import ensure_readable, receivers_of_obligations
from services.reports.api.viewing import AsOf, KnownAt, Views, answered, respond, top_of
from services.reports.board.explain_indicator import IndicatorExplanationQuestion
from services.reports.board.explain_obligation import ObligationCase, explain_obligation
from services.reports.board.indicators import IndicatorsQuestion
from services.reports.domain.refusals import IndicatorUnknown
from services.reports.evaluation.evidence import Basis
from services.reports.store.obligations import get_obligation, history_of
from services.reports.store.plans import list_versions

routes = Routes("reports", "boards")

PlanParam = Annotated[str, Query(description="Slug of the plan.", examples=["binh-thuan-2025"])]
Which = Annotated[Basis, Query(description="Which versions of reports count.")]


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
    question = IndicatorsQuestion(plan, top, view.as_of, view.known_at, basis, view.tree)
    return await answered(call, view.board, question, INDICATORS_TABLE)


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
    return respond(call, answer)


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
        t=as_of or max(call.arrived_at, newest.recorded_at),
        known_at=min(known_at or newest.recorded_at, newest.recorded_at),
        language=call.language,
    )
    return Response(msgspec.json.encode(explained), media_type="application/json")
