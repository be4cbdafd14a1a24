"""The example plans: they parse, they hold together, and their figures and days are those of the documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest

from contracts.plan import (
    Count,
    FrequencyPerPeriod,
    Growth,
    Indicator,
    Milestone,
    Narrative,
    Plan,
    Ratio,
    Requirement,
    Source,
    UnitsMeeting,
)
from examples.duties import collected, filings
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.calendar.due import Bound, DueRule, due
from kernel.calendar.period import parse_period
from kernel.clock import ICT
from tests.examples.example_files import SLUGS, codes, example_tree, issued_plan, read, resolve

Threshold = tuple[str, int | None, int | None]

THRESHOLDS: dict[str, dict[str, Threshold]] = {
    "binh-thuan-2025": {
        "communication.communes": ("ratio", 70, None),
        "communication.website": ("frequency", 1, None),
        "communication.premises-workers": ("ratio", 70, None),
        "communication.zone-workers": ("ratio", 60, None),
        "communication.students": ("ratio", 70, None),
        "governance.own-plan": ("units_meeting", 100, None),
        "prevention.integration": ("units_meeting", 50, None),
        "tips.handled-in-time": ("ratio", 100, None),
        "enforcement.offences-growth": ("growth", 3, 5),
        "enforcement.premises-inspected": ("ratio", 20, None),
        "enforcement.premises-inspected-programme": ("ratio", 100, None),
        "prevention.pilot-models": ("ratio", 7, None),
        "support.served": ("ratio", 60, None),
        "training.staff-province": ("ratio", 70, None),
        "training.staff-below": ("ratio", 50, None),
    },
    "kim-tan-2026": {
        "communication.forms": ("narrative", None, None),
        "communication.website": ("frequency", None, None),
        "communication.public": ("narrative", None, None),
        "prevention.integration": ("narrative", None, None),
        "tips.handled-in-time": ("ratio", 100, None),
        "enforcement.offences-detected": ("narrative", None, None),
        "enforcement.premises-inspected": ("ratio", 100, None),
        "enforcement.reinspection": ("narrative", None, None),
        "support.reached": ("ratio", 100, None),
        "support.served": ("ratio", 100, None),
    },
}

DISTRICTS = {str(code) for code in range(593, 603)}
ASKED_BODIES = {"60.CA", "60.BCHBP", "60.STC", "60.SVHTTDL", "60.SGDDT", "60.DPTTH"}
VILLAGES = {f"15187.T{number:02d}" for number in range(1, 7)}


def _elements_judged(indicator: Indicator) -> Iterator[str]:
    match indicator.measure:
        case Ratio(numerator=numerator, denominator=denominator):
            yield from (*numerator, *denominator)
        case UnitsMeeting(conditions=conditions):
            yield from (condition.element for condition in conditions if condition.element)
        case Growth(value=value) | Count(value=value):
            yield from value
        case FrequencyPerPeriod(element=element) | Milestone(element=element):
            yield element
        case Narrative():
            return


def _elements_collected(plan: Plan) -> set[str]:
    tree, day = example_tree(), plan.effective_on
    reporters = ((rule, tree.find(code, day)) for rule in plan.rules for code in codes(rule.reporter_ids))
    return {element for rule, unit in reporters if unit for element in collected(plan, rule, unit.reporter_kind)}


def _indicator(slug: str, code: str) -> Indicator:
    return next(each for each in issued_plan(slug).indicators if each.code == code)


def _last_timely_days(slug: str) -> dict[tuple[str, str], date | None]:
    return {
        (duty.rule.code, duty.period.key): duty.last_timely_on
        for filing in filings(issued_plan(slug))
        for duty in filing
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_thresholds_are_those_of_the_document(slug: str) -> None:
    found: dict[str, Threshold] = {}
    for indicator in issued_plan(slug).indicators:
        target = getattr(indicator.measure, "target", None)
        bounds = (target.at_least, target.at_most) if target else (None, None)
        found[indicator.code] = (indicator.measure.measure, *bounds)

    assert found == THRESHOLDS[slug]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_element_that_an_indicator_is_judged_by_is_defined(slug: str) -> None:
    plan = issued_plan(slug)
    judged = {code for indicator in plan.indicators for code in _elements_judged(indicator)}

    assert judged <= {element.code for element in plan.elements}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_element_is_collected_unless_only_referrals_know_it(slug: str) -> None:
    plan = issued_plan(slug)
    known_to_referrals = {
        code for each in plan.indicators if each.source is Source.REFERRALS for code in _elements_judged(each)
    }

    assert known_to_referrals
    assert _elements_collected(plan) == {element.code for element in plan.elements} - known_to_referrals


@pytest.mark.parametrize("slug", SLUGS)
def test_no_figure_is_added_from_the_police_and_from_their_district(slug: str) -> None:
    for element in issued_plan(slug).elements:
        assert element.authoritative
        assert not {"police", "district"} <= set(element.authoritative)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_code_of_a_unit_exists_on_the_day_of_the_plan(slug: str) -> None:
    day = read(f"plans/{slug}.yaml")["units_as_of"]
    plan = issued_plan(slug)
    named = {plan.issuer, *(code for task in plan.tasks for code in (*task.lead, *task.coordinating))}
    named |= {code for rule in plan.rules for code in (*rule.receivers, *rule.reporters.units)}

    assert all(resolve(code, day) for code in named)
    assert day == plan.effective_on


def test_binh_thuan_asks_its_districts_and_bodies_and_requests_three() -> None:
    rules = {rule.code: rule for rule in issued_plan("binh-thuan-2025").rules}

    for frequency in ("quarter", "half-year", "nine-months", "year"):
        required, requested = rules[f"r1-{frequency}"], rules[f"r1-{frequency}-requested"]
        assert codes(required.reporter_ids) == DISTRICTS | ASKED_BODIES
        assert required.requirement is Requirement.REQUIRED
        assert codes(requested.reporter_ids) == {"60.MTTQ", "60.VKSND", "60.TAND"}
        assert requested.requirement is Requirement.REQUESTED
        assert {*required.receivers, *requested.receivers} == {"60.SYT"}


def test_binh_thuan_wants_reports_before_the_15th_and_not_for_the_first_quarter() -> None:
    days = {key: day for key, day in _last_timely_days("binh-thuan-2025").items() if "requested" not in key[0]}

    assert days == {
        ("r1-quarter", "2025-Q2"): date(2025, 6, 14),
        ("r1-half-year", "2025-H1"): date(2025, 6, 14),
        ("r1-quarter", "2025-Q3"): date(2025, 9, 14),
        ("r1-nine-months", "2025-9M"): date(2025, 9, 14),
        ("r1-quarter", "2025-Q4"): date(2025, 12, 14),
        ("r1-year", "2025"): date(2025, 12, 14),
        ("r2", "2025"): None,
        ("r3", "2025"): None,
    }


def test_before_the_15th_of_june_ends_with_the_14th_in_viet_nam() -> None:
    rule = next(rule for rule in issued_plan("binh-thuan-2025").rules if rule.code == "r1-half-year")
    instant = due(DueRule(Bound(rule.due.bound), rule.due.day), parse_period("2025-H1"), LEGAL_CALENDAR)

    assert instant is not None
    assert instant.due_at == datetime(2025, 6, 15, tzinfo=ICT)


def test_binh_thuan_reads_its_two_inspection_promises_over_two_periods() -> None:
    yearly = _indicator("binh-thuan-2025", "enforcement.premises-inspected")
    at_least_once = _indicator("binh-thuan-2025", "enforcement.premises-inspected-programme")

    assert (yearly.period, at_least_once.period) == ("year", "programme")


def test_growth_has_a_band_without_a_cap_and_without_a_known_baseline() -> None:
    growth = _indicator("binh-thuan-2025", "enforcement.offences-growth").measure

    assert isinstance(growth, Growth)
    assert not growth.cap
    assert growth.baseline_period is None
    assert growth.baseline_value is None


@pytest.mark.parametrize("code", ["governance.own-plan", "prevention.integration"])
def test_districts_that_report_themselves_are_counted_as_units(code: str) -> None:
    measure = _indicator("binh-thuan-2025", code).measure

    assert isinstance(measure, UnitsMeeting)
    assert codes(measure.population_ids) == DISTRICTS


@pytest.mark.parametrize(
    ("slug", "code"),
    [("binh-thuan-2025", "support.served"), ("kim-tan-2026", "support.reached"), ("kim-tan-2026", "support.served")],
)
def test_support_is_promised_to_those_who_need_it_if_any(slug: str, code: str) -> None:
    assert _indicator(slug, code).if_any


def test_kim_tan_binds_from_an_assumed_day_and_has_no_symbol() -> None:
    plan = issued_plan("kim-tan-2026")

    assert (plan.symbol, plan.issued_on) == (None, None)
    assert (plan.effective_on, plan.effective_assumed) == (date(2026, 6, 15), True)


def test_kim_tan_wants_its_offices_and_villages_before_the_15th_of_december() -> None:
    rule = next(rule for rule in issued_plan("kim-tan-2026").rules if rule.code == "r1-year")

    assert codes(rule.reporter_ids) == {"15187.VP", "15187.KT", "15187.TTDVC", "15187.TYT"} | VILLAGES
    assert _last_timely_days("kim-tan-2026")["r1-year", "2026"] == date(2026, 12, 14)


def test_the_police_of_kim_tan_owe_by_month_quarter_and_year_without_a_day() -> None:
    days = {key: day for key, day in _last_timely_days("kim-tan-2026").items() if key[0].startswith("r2")}

    assert set(days.values()) == {None}
    assert sorted(period for _, period in days) == [
        *("2026", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12"),
        *("2026-Q3", "2026-Q4"),
    ]


def test_a_flash_report_of_the_police_is_owed_only_when_it_is_opened() -> None:
    flash = next(rule for rule in issued_plan("kim-tan-2026").rules if rule.code == "r2-flash")

    assert codes(flash.reporter_ids) == {"15187.CA"}
    assert not [key for key in _last_timely_days("kim-tan-2026") if key[0] == "r2-flash"]
