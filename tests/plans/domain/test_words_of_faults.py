"""What is wrong in a plan or in a decision is said in Vietnamese and in English, and both name the thing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from contracts.plan import DataElement, Indicator, Rule
from contracts.plan_draft import PlanDraft
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.calendar.period import periods_between
from kernel.problems import Spot
from services.plans.domain.catalogue import ensure_agreement
from services.plans.domain.indicator_faults import find_indicator_faults
from services.plans.domain.refusals import CatalogueConflict, DecisionInvalid, PlanInvalid
from services.plans.domain.resolution import ensure_same_slug
from services.plans.domain.rule_faults import find_rule_faults
from tests.plans.builders import a_plan, a_rule, an_element, an_indicator
from tests.plans.domain import test_indicator_faults, test_rule_faults
from tests.plans.domain.country import first_tree, records_of, worked_out
from tests.plans.domain.test_catalogue import plan_with
from tests.plans.domain.test_resolution import resolved
from tests.plans.domain.test_unit_changes import MERGER

PARTS_OF_PLAN: list[tuple[dict[str, Any], str]] = [
    ({"issuer": "99"}, "99"),
    ({"until_year": 2024}, "2025"),
    ({"programme": {"from_year": 2026, "until_year": 2030}}, "2025"),
    ({"programme": {"from_year": 2025, "until_year": 2021}}, "2025"),
    ({"effective_on": "2026-01-01"}, "2025"),
    ({"issued_on": None}, "effective_assumed"),
    ({"elements": [an_element("harbour"), an_element("harbour")]}, "harbour"),
    ({"elements": [an_element("harbour", since="programme")]}, "harbour"),
    ({"indicators": [an_indicator(measure="count", value=["harbour"])]}, "harbour"),
    ({"rules": [a_rule(elements=["harbour"])]}, "harbour"),
    ({"rules": [a_rule(reporters={"under": "38", "kinds": ["district"]})]}, "2025-04-18"),
    ({"rules": [a_rule(due={"bound": "before", "day": 14})]}, "2025-Q1"),
    ({"rules": [a_rule(due={"bound": "by", "dates": {"2025-H1": "2025-07-01"}})]}, "2025-H1"),
]
PARTS_OF_DECISION: list[tuple[dict[str, Any], str]] = [
    ({"ended": ["99"]}, "99"),
    ({"units": [{"code": "59", "name": "Cảng", "kind": "province", "parent": "VN"}] * 2}, "59"),
    (
        {"units": [{"code": "593", "name": "x", "kind": "commune", "parent": "60", "valid_from": "2000-01-01"}]},
        "district",
    ),
    ({"units": [{"code": "593", "name": "x", "kind": "district", "parent": "38", "valid_from": "2000-01-01"}]}, "593"),
    ({"on": "2000-01-01", "moved": [{"code": "593", "parent": "38"}]}, "593"),
    ({"began": [{"code": "593", "valid_from": "2001-01-01"}]}, "593"),
]


def assert_named_in_both_languages(spots: Iterable[Spot], thing: str) -> None:
    (spot,) = spots
    assert spot.say("vi") != spot.say("en")
    assert thing in spot.say("vi")
    assert thing in spot.say("en")


@pytest.mark.parametrize(("changed", "thing"), PARTS_OF_PLAN)
def test_a_fault_of_a_plan_names_the_thing_in_both_languages(changed: dict[str, Any], thing: str) -> None:
    with pytest.raises(PlanInvalid) as refusal:
        resolved(**({"indicators": [], "rules": []} | changed))

    assert_named_in_both_languages(refusal.value.spots, thing)


def test_a_plan_sent_to_another_one_names_that_one_in_both_languages() -> None:
    with pytest.raises(PlanInvalid) as refusal:
        ensure_same_slug(PlanDraft.model_validate(a_plan()), "harbour-2025")

    assert_named_in_both_languages(refusal.value.spots, "harbour-2025")


@pytest.mark.parametrize(("changed", "thing"), PARTS_OF_DECISION)
def test_a_fault_of_a_decision_names_the_thing_in_both_languages(changed: dict[str, Any], thing: str) -> None:
    with pytest.raises(DecisionInvalid) as refusal:
        worked_out(MERGER | changed, first_tree(), records_of("593"))

    assert_named_in_both_languages(refusal.value.spots, thing)


def test_a_conflict_with_the_catalogue_names_the_code_in_both_languages() -> None:
    with pytest.raises(CatalogueConflict) as refusal:
        ensure_agreement(plan_with(), elements={"premises.total": "flow"}, indicators={})

    assert_named_in_both_languages(refusal.value.spots, "premises.total")


def test_every_fault_of_an_indicator_and_of_a_rule_is_said_in_both_languages() -> None:
    elements = test_indicator_faults.ELEMENTS
    of_indicators = [
        spot
        for measure, _, _ in test_indicator_faults.FAULTY
        for spot in find_indicator_faults(Indicator.model_validate(an_indicator(**measure)), elements, "")
    ]
    listed = {"premises.total": DataElement.model_validate(an_element())}
    of_rules = [
        spot
        for changed, _, _ in test_rule_faults.FAULTY
        for rule in [Rule.model_validate(a_rule(**changed))]
        for spot in find_rule_faults(rule, listed, periods_between(rule.frequency, 2025, 2026), LEGAL_CALENDAR, "")
    ]

    alike = [spot.code for spot in of_indicators + of_rules if spot.vi == spot.en or spot.vi.isascii()]
    assert alike == []
