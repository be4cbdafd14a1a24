"""Periods, due days and figures of a reporting rule must go together."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.plan import DataElement, Rule
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.calendar.period import periods_between
from services.plans.domain.rule_faults import find_rule_faults
from tests.plans.builders import a_rule, an_element

ELEMENTS = {"premises.total": DataElement.model_validate(an_element())}
YEARS = (2025, 2026)


def faults_of(**changed: Any) -> list[tuple[str, str]]:
    rule = Rule.model_validate(a_rule(**changed))
    found = find_rule_faults(rule, ELEMENTS, periods_between(rule.frequency, *YEARS), LEGAL_CALENDAR, "/rules/2")
    return [(spot.pointer, spot.code) for spot in found]


IN_ORDER: list[dict[str, Any]] = [
    # The last timely day is the 14th, on which the figures close: allowed, though no working day is left.
    {"due": {"bound": "before", "day": 15}},
    {"due": {"bound": "by", "day": 14}},
    {"due": {"bound": "by", "day": 5, "month_offset": 1}, "cut_off": "calendar"},
    {"due": {"bound": "by", "day": 31}, "cut_off": "calendar"},
    {"due": {"bound": "before", "day": 1}, "cut_off": "none"},
    {"due": {"bound": "unstated"}},
    {"due": {"bound": "by", "dates": {"2025-Q2": "2025-06-14", "2026-Q4": "2027-01-05"}}},
    {"frequency": "flash", "due": {}, "cut_off": "none"},
    {"frequency": "programme", "due": {"bound": "by", "day": 20}},
    {"elements": ["premises.total"]},
    {"elements": []},
]


@pytest.mark.parametrize("changed", IN_ORDER)
def test_a_rule_whose_parts_go_together_is_in_order(changed: dict[str, Any]) -> None:
    assert faults_of(**changed) == []


FAULTY: list[tuple[dict[str, Any], str, str]] = [
    ({"due": {"bound": "before", "day": 14}}, "due/day", "due_before_cut_off"),
    ({"due": {"bound": "by", "day": 13}}, "due/day", "due_before_cut_off"),
    ({"due": {"bound": "before", "day": 15}, "cut_off": "calendar"}, "due/day", "due_before_cut_off"),
    ({"due": {"bound": "by", "day": 20, "month_offset": -1}}, "due/day", "due_before_cut_off"),
    (
        {"due": {"bound": "by", "dates": {"2025-Q2": "2025-06-13", "2025-Q3": "2025-09-14"}}},
        "due/dates/2025-Q2",
        "due_before_cut_off",
    ),
    ({"due": {"bound": "by", "dates": {"2025-H1": "2025-07-01"}}}, "due/dates/2025-H1", "period_unknown"),
    ({"due": {"bound": "by", "dates": {"2027-Q1": "2027-07-01"}}}, "due/dates/2027-Q1", "period_unknown"),
    ({"due": {"bound": "by", "dates": {"a/b": "2027-07-01"}}}, "due/dates/a~1b", "period_unknown"),
    ({"due": {"bound": "unstated", "day": 15}}, "due/bound", "bound_missing"),
    ({"due": {"bound": "before"}}, "due/day", "day_missing"),
    ({"frequency": "flash", "due": {"bound": "by", "day": 15}}, "due", "due_without_effect"),
    ({"elements": ["premises.total", "x"]}, "elements/1", "element_unknown"),
    ({"reporter_ids": ["019ee2c1-9d00-7d38-9e87-5ed40c6065e7"]}, "reporter_ids", "resolved_here"),
    ({"receiver_ids": ["019ee2c1-9d00-7d38-9e87-5ed40c6065e7"]}, "receiver_ids", "resolved_here"),
    ({"through_id": "019ee2c1-9d00-7d38-9e87-5ed40c6065e7"}, "through_id", "resolved_here"),
]


@pytest.mark.parametrize(("changed", "place", "code"), FAULTY, ids=[f"{row[2]}-{row[1]}" for row in FAULTY])
def test_a_rule_whose_parts_contradict_each_other_is_named_once(changed: dict[str, Any], place: str, code: str) -> None:
    assert faults_of(**changed) == [(f"/rules/2/{place}", code)]
