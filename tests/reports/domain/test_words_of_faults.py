"""What is wrong in a report is said in Vietnamese and in English, and both name the thing."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.plan import DataElement
from kernel.calendar.period import parse_period
from services.reports.domain.content import ReportContent
from services.reports.domain.figures import Earlier, Sheet, find_faults
from services.reports.domain.refusals import NothingReported

ELEMENTS = {
    element.code: element
    for element in (
        DataElement.model_validate({"code": "activities.held", "name": "Hoạt động", "kind": "flow"}),
        DataElement.model_validate({"code": "posts", "name": "Tin, bài", "kind": "flow", "monthly": True}),
        DataElement.model_validate({"code": "funding", "name": "Kinh phí", "kind": "cumulative"}),
    )
}
EARLIER = {"funding": Earlier("2025-Q1", 50)}


@pytest.mark.parametrize(
    ("figures", "thing"),
    [
        ({"harbour": 1}, "harbour"),
        ({"activities.held": -1}, "0"),
        ({"activities.held": {"2025-05": 1}}, ""),
        ({"posts": 3}, "2025-06"),
        ({"posts": {"2025-07": 3}}, "2025-07"),
        ({"posts": {"2025-05": True}}, "0"),
        ({"funding": 49}, "2025-Q1"),
    ],
)
def test_a_fault_of_a_figure_names_the_thing_in_both_languages(figures: dict[str, Any], thing: str) -> None:
    (spot,) = find_faults(Sheet("", parse_period("2025-Q2"), figures), ELEMENTS, EARLIER)

    assert spot.say("vi") != spot.say("en")
    assert thing in spot.say("vi")
    assert thing in spot.say("en")


def test_an_empty_report_is_told_in_both_languages_what_it_may_say() -> None:
    with pytest.raises(NothingReported) as refusal:
        ReportContent().ensure_says_something()

    (spot,) = refusal.value.spots
    assert spot.say("vi") != spot.say("en")
    assert all("`nil`" in words for words in (spot.say("vi"), spot.say("en")))
