"""A code of the catalogue means the same in all plans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from contracts.plan import Plan
from services.plans.domain.catalogue import ensure_agreement
from services.plans.domain.refusals import CatalogueConflict
from tests.plans.builders import a_plan, an_element, an_indicator

ID = UUID("019ee2c1-9d00-7d38-9e87-5ed40c6065e7")


def plan_with(*indicators: dict[str, Any]) -> Plan:
    elements = [an_element("premises.total", kind="stock"), an_element("premises.inspected", kind="distinct")]
    body = a_plan(elements=elements, indicators=indicators, rules=[])
    return Plan.model_validate(body | {"plan_id": ID, "version": 1, "issuer_id": ID})


def test_new_codes_and_known_codes_with_their_known_kind_agree() -> None:
    plan = plan_with(an_indicator("enforcement.premises"))

    ensure_agreement(plan, elements={"premises.total": "stock"}, indicators={"enforcement.premises": "ratio"})


def test_every_code_with_another_kind_is_named() -> None:
    plan = plan_with(an_indicator("prevention.x"), an_indicator("enforcement.premises"))

    with pytest.raises(CatalogueConflict) as refusal:
        ensure_agreement(plan, elements={"premises.inspected": "flow"}, indicators={"enforcement.premises": "count"})

    assert [spot.pointer for spot in refusal.value.spots] == ["/elements/1/kind", "/indicators/1/measure"]


@pytest.mark.parametrize(("known", "measure"), [("narrative", "ratio"), ("ratio", "narrative")])
def test_a_promise_without_a_number_contradicts_no_measure(known: str, measure: str) -> None:
    indicator = an_indicator() if measure == "ratio" else an_indicator(measure="narrative")

    ensure_agreement(plan_with(indicator), elements={}, indicators={indicator["code"]: known})
