"""What an indicator counts must be there, and must fit its measure."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.plan import DataElement, Indicator
from services.plans.domain.indicator_faults import find_indicator_faults
from tests.plans.builders import an_element, an_indicator

KINDS: dict[str, dict[str, Any]] = {
    "posts": {"kind": "flow", "monthly": True},
    "posts.so-far": {"kind": "cumulative", "monthly": True},
    "offences": {"kind": "flow"},
    "persons": {"kind": "distinct"},
}
ELEMENTS = {code: DataElement.model_validate(an_element(code, **kind)) for code, kind in KINDS.items()}


def faults_of(**measure: Any) -> list[tuple[str, str]]:
    indicator = Indicator.model_validate(an_indicator(**measure))
    return [(spot.pointer, spot.code) for spot in find_indicator_faults(indicator, ELEMENTS, "/indicators/3")]


IN_ORDER: list[dict[str, Any]] = [
    {"measure": "ratio", "numerator": ["persons"], "denominator": ["offences", "posts"], "target": {"at_least": 70}},
    {"measure": "ratio", "numerator": ["persons"], "denominator": ["offences"]},
    {"measure": "frequency", "element": "posts", "target": {"at_least": 1}},
    {"measure": "growth", "value": ["offences"], "target": {"at_least": 3, "at_most": 5}},
    # A yearly report gives a distinct figure of the whole year, which can be compared with that of another.
    {"measure": "growth", "value": ["persons"], "baseline_period": "2024", "baseline_value": 0},
    {"measure": "count", "value": ["offences"], "target": {"at_most": 100}},
    {"measure": "count", "value": ["offences"], "target": {"at_least": 100, "at_most": 100}},
    {"measure": "milestone", "element": "posts", "done_by": "2025-06-30"},
    {"measure": "narrative"},
    {"measure": "units_meeting", "conditions": [{"element": "posts"}, {"issued_plan": True}], "population": {}},
]


@pytest.mark.parametrize("measure", IN_ORDER, ids=lambda measure: measure["measure"])
def test_a_measure_that_fits_its_elements_is_in_order(measure: dict[str, Any]) -> None:
    assert faults_of(**measure) == []


FAULTY: list[tuple[dict[str, Any], str, str]] = [
    ({"measure": "ratio", "numerator": ["persons"]}, "denominator", "denominator_missing"),
    ({"measure": "ratio", "numerator": ["persons", "x"], "denominator": ["posts"]}, "numerator/1", "element_unknown"),
    ({"measure": "ratio", "numerator": ["persons"], "denominator": ["x"]}, "denominator/0", "element_unknown"),
    ({"measure": "growth", "value": ["x"]}, "value/0", "element_unknown"),
    ({"measure": "count", "value": ["x"]}, "value/0", "element_unknown"),
    ({"measure": "milestone", "element": "x", "done_by": "2025-06-30"}, "element", "element_unknown"),
    ({"measure": "frequency", "element": "x"}, "element", "element_unknown"),
    ({"measure": "frequency", "element": "offences"}, "element", "element_not_monthly"),
    ({"measure": "frequency", "element": "posts.so-far"}, "element", "element_kind_unfit"),
    ({"measure": "growth", "value": ["offences"], "baseline_period": "last"}, "baseline_period", "unreadable_period"),
    ({"measure": "growth", "value": ["offences"], "baseline_value": 7}, "baseline_period", "baseline_unplaced"),
    (
        {"measure": "count", "value": ["offences"], "target": {"at_least": 5, "at_most": 3}},
        "target",
        "band_reversed",
    ),
    (
        {"measure": "units_meeting", "conditions": [{"element": "x"}], "population": {}},
        "conditions/0/element",
        "element_unknown",
    ),
    (
        {"measure": "units_meeting", "conditions": [{"element": "posts"}, {}], "population": {}},
        "conditions/1",
        "condition_empty",
    ),
    (
        {
            "measure": "units_meeting",
            "conditions": [{"issued_plan": True}],
            "population": {},
            "population_ids": ["019ee2c1-9d00-7d38-9e87-5ed40c6065e7"],
        },
        "population_ids",
        "resolved_here",
    ),
]


@pytest.mark.parametrize(("measure", "place", "code"), FAULTY, ids=[f"{row[2]}-{row[1]}" for row in FAULTY])
def test_a_measure_that_does_not_fit_is_named(measure: dict[str, Any], place: str, code: str) -> None:
    assert faults_of(**measure) == [(f"/indicators/3/measure/{place}", code)]
