"""A draft becomes a plan, or every fault in it is named at once."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.plan import Plan, UnitsMeeting
from contracts.plan_draft import PlanDraft
from kernel.calendar.days_off import LEGAL_CALENDAR
from services.plans.domain.refusals import PlanInvalid
from services.plans.domain.resolution import resolve_plan
from tests.plans.builders import a_plan, a_rule, an_element, an_indicator
from tests.plans.domain.country import first_tree, id_of

PLAN_ID = UUID("019ee2c1-9d00-7d38-9e87-5ed40c6065e7")

Faults = list[tuple[str, str]]


def resolved(not_before: date | None = None, **changed: Any) -> Plan:
    draft = PlanDraft.model_validate(a_plan(**changed))
    tree, calendar = first_tree(), LEGAL_CALENDAR
    return resolve_plan(draft, plan_id=PLAN_ID, version=1, tree=tree, calendar=calendar, not_before=not_before)


def faults_of(not_before: date | None = None, **changed: Any) -> Faults:
    with pytest.raises(PlanInvalid) as refusal:
        resolved(not_before, **changed)
    return [(spot.pointer, spot.code) for spot in refusal.value.spots]


def test_every_unit_of_a_plan_in_order_is_found() -> None:
    plan = resolved(rules=[a_rule(through="60", receivers=["60.SYT", "VN"])])

    assert plan.issuer_id == id_of("60")
    (rule,) = plan.rules
    assert rule.reporter_ids == (id_of("593"), id_of("594", "2005-09-05"), id_of("60.CA"))
    assert rule.receiver_ids == (id_of("60.SYT"), id_of("VN", "1976-07-02"))
    assert rule.through_id == id_of("60")


def test_what_a_plan_says_is_kept_word_for_word() -> None:
    plan = resolved()

    said = PlanDraft.model_validate(a_plan()).model_dump(exclude={"units_as_of", "rules"})
    assert plan.model_dump(include=set(said)) == said


@pytest.mark.parametrize(
    ("selector", "codes"),
    [
        ({"under": "60", "kinds": ["district"]}, ["593", "594"]),
        ({"under": "60", "kinds": ["health"]}, ["60.SYT"]),
        ({"under": "60", "kinds": ["commune"], "depth": 2}, ["22918"]),
        ({"under": "593"}, ["22918"]),
        ({"units": ["60.SYT", "593"]}, ["60.SYT", "593"]),
        ({"units": ["594"], "under": "60", "kinds": ["district"]}, ["594", "593"]),
    ],
)
def test_a_selector_means_what_it_lists_and_what_stands_below(selector: dict[str, Any], codes: list[str]) -> None:
    plan = resolved(rules=[a_rule(reporters=selector)])

    tree = first_tree()
    assert [tree.get(unit).code for unit in plan.rules[0].reporter_ids] == codes  # type: ignore[arg-type]


def test_a_selector_is_resolved_on_the_effective_day() -> None:
    plan = resolved(
        effective_on="2004-05-06", issued_on="2004-05-06", from_year=2004, until_year=2004, units_as_of="2025-04-18"
    )

    # La Gi became a town in 2005.
    assert plan.rules[0].reporter_ids == (id_of("593"), id_of("60.CA"))


def test_codes_are_read_on_the_day_that_the_plan_names() -> None:
    faults = faults_of(units_as_of="1999-12-31", indicators=[], rules=[])

    assert faults == [("/issuer", "unit_unknown")]


def test_the_units_that_are_counted_are_found() -> None:
    share = an_indicator(
        measure="units_meeting",
        conditions=[{"element": "premises.inspected"}],
        population={"under": "60", "kinds": ["district"], "depth": 1},
    )

    measure = resolved(indicators=[share]).indicators[0].measure

    assert isinstance(measure, UnitsMeeting)
    assert measure.population_ids == (id_of("593"), id_of("594", "2005-09-05"))


def test_all_faults_are_named_at_once() -> None:
    faults = faults_of(
        issuer="99",
        indicators=[an_indicator(measure="ratio", numerator=["cases.tried"])],
        rules=[a_rule(receivers=["60.XYZ"], due={"bound": "before", "day": 3})],
        tasks=[{"number": "IV.1", "title": "Đầu mối", "lead": ["60.SYT", "60.ABC"]}],
    )

    assert set(faults) == {
        ("/issuer", "unit_unknown"),
        ("/indicators/0/measure/numerator/0", "element_unknown"),
        ("/indicators/0/measure/denominator", "denominator_missing"),
        ("/rules/0/receivers/0", "unit_unknown"),
        ("/rules/0/due/day", "due_before_cut_off"),
        ("/tasks/0/lead/1", "unit_unknown"),
    }


UNITS: list[tuple[dict[str, Any], Faults]] = [
    ({"rules": [a_rule(reporters={"under": "61"})]}, [("/rules/0/reporters/under", "unit_unknown")]),
    ({"rules": [a_rule(reporters={"units": ["60.CA", "61"]})]}, [("/rules/0/reporters/units/1", "unit_unknown")]),
    (
        {"rules": [a_rule(reporters={"under": "60", "kinds": ["village"]})]},
        [("/rules/0/reporters", "selection_empty")],
    ),
    ({"rules": [a_rule(through="61")]}, [("/rules/0/through", "unit_unknown")]),
    (
        {
            "indicators": [
                an_indicator(measure="units_meeting", conditions=[{"issued_plan": True}], population={"under": "22918"})
            ]
        },
        [("/indicators/0/measure/population", "selection_empty")],
    ),
    ({"tasks": [{"number": "1", "title": "t", "coordinating": ["61"]}]}, [("/tasks/0/coordinating/0", "unit_unknown")]),
]


@pytest.mark.parametrize(("changed", "faults"), UNITS)
def test_a_unit_that_is_not_there_is_named_where_it_stands(changed: dict[str, Any], faults: Faults) -> None:
    assert faults_of(**changed) == faults


DAYS: list[tuple[dict[str, Any], Faults]] = [
    ({"from_year": 2026, "until_year": 2025}, [("/until_year", "years_reversed")]),
    ({"effective_on": "2026-01-01"}, [("/effective_on", "effective_after_end")]),
    ({"programme": {"from_year": 2026, "until_year": 2030}}, [("/programme", "programme_elsewhere")]),
    ({"programme": {"from_year": 2021, "until_year": 2024}}, [("/programme", "programme_elsewhere")]),
    ({"programme": {"from_year": 2025, "until_year": 2021}}, [("/programme/until_year", "years_reversed")]),
    ({"issued_on": None}, [("/effective_assumed", "assumption_unmarked")]),
]


@pytest.mark.parametrize(("changed", "faults"), DAYS)
def test_years_and_days_must_go_together(changed: dict[str, Any], faults: Faults) -> None:
    assert faults_of(**changed) == faults


def test_a_due_day_of_a_programme_is_that_of_its_own_years() -> None:
    programme = {"from_year": 2021, "until_year": 2025}
    rule = a_rule(frequency="programme", due={"bound": "by", "dates": {"2021-2025": "2025-12-20"}})

    assert resolved(programme=programme, rules=[rule]).rules[0].due.dates == {"2021-2025": date(2025, 12, 20)}
    assert faults_of(rules=[rule]) == [("/rules/0/due/dates/2021-2025", "period_unknown")]


def test_an_effective_day_given_by_hand_is_in_order_when_marked() -> None:
    assert resolved(issued_on=None, symbol=None, effective_assumed=True).effective_assumed


def test_an_amendment_cannot_bind_before_the_plan_does() -> None:
    assert faults_of(date(2025, 5, 1)) == [("/effective_on", "effective_before_plan")]


def test_an_amendment_may_bind_from_the_plan_s_first_day() -> None:
    assert resolved(date(2025, 4, 18)).effective_on == date(2025, 4, 18)


REPEATED: list[tuple[dict[str, Any], Faults]] = [
    ({"rules": [a_rule(), a_rule("r2"), a_rule()]}, [("/rules/2/code", "repeated")]),
    ({"indicators": [an_indicator(), an_indicator()]}, [("/indicators/1/code", "repeated")]),
    (
        {"elements": [an_element("a", kind="stock"), an_element("a")], "indicators": []},
        [("/elements/1/code", "repeated")],
    ),
    (
        {"tasks": [{"number": "II.1", "title": "Truyền thông"}, {"number": "II.1", "title": "Phòng ngừa"}]},
        [("/tasks/1/number", "repeated")],
    ),
]


def test_only_a_cumulative_figure_has_a_start() -> None:
    elements = [an_element("a", since="programme"), an_element("b", kind="cumulative", since="programme")]

    assert faults_of(elements=elements, indicators=[]) == [("/elements/0/since", "not_cumulative")]


@pytest.mark.parametrize(("changed", "faults"), REPEATED)
def test_nothing_is_named_twice(changed: dict[str, Any], faults: Faults) -> None:
    assert faults_of(**changed) == faults
