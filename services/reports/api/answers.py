"""Describe the board's encoded answers in the OpenAPI document, from the very shapes that are encoded."""

from __future__ import annotations

from typing import Any

import msgspec

from runtime.http.tables import Form
from services.reports.api.answer_examples import A_RANKING_PAGE, AN_OBLIGATION_PAGE
from services.reports.board.compliance import ComplianceAnswer
from services.reports.board.explain_indicator import IndicatorExplanation
from services.reports.board.explain_obligation import ObligationExplanation
from services.reports.board.indicators import IndicatorsAnswer
from services.reports.board.obligation_page import ObligationPage
from services.reports.board.ranking import RankingPage

Responses = dict[int | str, dict[str, Any]]


def _described(
    shape: type[msgspec.Struct], *, tables: bool = False, example: msgspec.Struct | None = None
) -> Responses:
    """Return what a route answers. The schema stands in place, with its parts beside it under `$defs`."""
    (schema,), parts = msgspec.json.schema_components([shape], ref_template="#/components/schemas/{name}")
    content: dict[str, Any] = {Form.JSON: {"schema": schema}}
    if example is not None:
        content[Form.JSON]["example"] = msgspec.to_builtins(example)
    if tables:
        content[Form.CSV] = {"schema": {"type": "string"}}
        content[Form.XLSX] = {"schema": {"type": "string", "format": "binary"}}
    SCHEMAS.update(parts)
    return {200: {"description": (shape.__doc__ or "").strip(), "content": content}}


SCHEMAS: dict[str, Any] = {}
"""The schemas of the encoded answers, to be added to the service's OpenAPI document."""

COMPLIANCE = _described(ComplianceAnswer, tables=True)
OBLIGATIONS = _described(ObligationPage, tables=True, example=AN_OBLIGATION_PAGE)
RANKING = _described(RankingPage, tables=True, example=A_RANKING_PAGE)
INDICATORS = _described(IndicatorsAnswer, tables=True)
INDICATOR_EXPLANATION = _described(IndicatorExplanation)
OBLIGATION_EXPLANATION = _described(ObligationExplanation)
