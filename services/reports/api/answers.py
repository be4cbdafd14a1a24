"""Describe the board's encoded answers in the OpenAPI document, from the very shapes that are encoded."""

from __future__ import annotations

from typing import Any

import msgspec

from services.reports.board.compliance import ComplianceAnswer
from services.reports.board.explain_indicator import IndicatorExplanation
from services.reports.board.explain_obligation import ObligationExplanation
from services.reports.board.indicators import IndicatorsAnswer

Responses = dict[int | str, dict[str, Any]]


def _described(shape: type[msgspec.Struct], *, csv: bool = False) -> Responses:
    """Return what a route answers. The schema stands in place, with its parts beside it under `$defs`."""
    (schema,), parts = msgspec.json.schema_components([shape], ref_template="#/components/schemas/{name}")
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    if csv:
        content["text/csv"] = {"schema": {"type": "string"}}
    SCHEMAS.update(parts)
    return {200: {"description": (shape.__doc__ or "").strip(), "content": content}}


SCHEMAS: dict[str, Any] = {}
"""The schemas of the encoded answers, to be added to the service's OpenAPI document."""

COMPLIANCE = _described(ComplianceAnswer, csv=True)
INDICATORS = _described(IndicatorsAnswer, csv=True)
INDICATOR_EXPLANATION = _described(IndicatorExplanation)
OBLIGATION_EXPLANATION = _described(ObligationExplanation)
