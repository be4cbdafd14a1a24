"""The five example plans: they parse, they hold together, and their figures and days are those of the documents."""

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
    "binh-luc-2022": {
        "communication.communes": ("ratio", 100, None),
        "enforcement.offenders-handled": ("ratio", 100, None),
        "enforcement.premises-inspected": ("ratio", 70, None),
        "prevention.healthy-communes": ("ratio", None, None),
        "prevention.integration": ("narrative", None, None),
        "prevention.women-at-premises": ("ratio", None, None),
        "support.women-at-risk": ("narrative", None, None),
        "training.staff-dedicated": ("ratio", 100, None),
    },
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
    "nghe-an-2024": {
        "communication.communes": ("ratio", 70, None),
        "communication.press": ("frequency", 1, None),
        "communication.premises-workers": ("ratio", 70, None),
        "communication.zone-workers": ("ratio", 60, None),
        "communication.students": ("ratio", 70, None),
        "governance.own-plan": ("units_meeting", 100, None),
        "prevention.integration": ("units_meeting", 50, None),
        "tips.handled-in-time": ("ratio", 100, None),
        "enforcement.offences-growth": ("growth", 3, 5),
        "enforcement.premises-inspected": ("ratio", 20, None),
        "support.served": ("ratio", 60, None),
        "training.staff-province": ("ratio", 70, None),
        "training.staff-below": ("ratio", 50, None),
    },
    "quy-chau-2025": {
        "communication.communes": ("ratio", 80, None),
        "communication.premises-workers": ("ratio", 80, None),
        "communication.zone-workers": ("ratio", 70, None),
        "communication.students": ("ratio", 80, None),
        "governance.own-plan": ("units_meeting", 100, None),
        "prevention.integration": ("units_meeting", 100, None),
        "tips.handled-in-time": ("ratio", 100, None),
        "enforcement.offences-handled": ("ratio", 100, None),
        "enforcement.premises-inspected": ("ratio", 40, None),
        "support.served": ("ratio", 70, None),
        "training.staff-below": ("ratio", 50, None),
    },
}
ASSUMED = {
    "binh-luc-2022": date(2022, 2, 15),
    "kim-tan-2026": date(2026, 6, 15),
    "nghe-an-2024": date(2024, 1, 15),
    "quy-chau-2025": date(2025, 4, 29),
}
PROGRAMMES = {
    "binh-luc-2022": (2021, 2025),
    "binh-thuan-2025": (2021, 2025),
    "kim-tan-2026": (2026, 2030),
    "nghe-an-2024": (2021, 2025),
    "quy-chau-2025": (2021, 2025),
}
WITHOUT_TIPS = {"binh-luc-2022"}

DISTRICTS = {str(code) for code in range(593, 603)}
ASKED_BODIES = {"60.CA", "60.BCHBP", "60.STC", "60.SVHTTDL", "60.SGDDT", "60.DPTTH"}
NGHE_AN_DISTRICTS = {str(code) for code in range(412, 433)}
QUY_CHAU_COMMUNES = {str(code) for code in range(16777, 16811, 3)}
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


@pytest.mark.parametrize("slug", ["binh-thuan-2025", "nghe-an-2024"])
def test_growth_has_a_band_without_a_cap_and_without_a_known_baseline(slug: str) -> None:
    growth = _indicator(slug, "enforcement.offences-growth").measure

    assert isinstance(growth, Growth)
    assert not growth.cap
    assert growth.baseline_period is None
    assert growth.baseline_value is None


@pytest.mark.parametrize("code", ["governance.own-plan", "prevention.integration"])
@pytest.mark.parametrize(
    ("slug", "units"),
    [("binh-thuan-2025", DISTRICTS), ("nghe-an-2024", NGHE_AN_DISTRICTS), ("quy-chau-2025", QUY_CHAU_COMMUNES)],
)
def test_units_that_report_themselves_are_counted_as_units(slug: str, code: str, units: set[str]) -> None:
    measure = _indicator(slug, code).measure

    assert isinstance(measure, UnitsMeeting)
    assert codes(measure.population_ids) == units


@pytest.mark.parametrize("slug", sorted(set(SLUGS) - WITHOUT_TIPS))
def test_tips_are_judged_by_the_same_figures_in_every_plan_that_speaks_of_them(slug: str) -> None:
    tips = _indicator(slug, "tips.handled-in-time")

    assert tips.source is Source.TIPS
    assert isinstance(tips.measure, Ratio)
    assert tips.measure.numerator == ("tips.handled-in-time",)
    assert tips.measure.denominator == ("tips.handled-in-time", "tips.handled-late", "tips.running-late")


@pytest.mark.parametrize("slug", sorted(WITHOUT_TIPS))
def test_a_plan_that_promises_nothing_about_tips_has_no_figure_about_them(slug: str) -> None:
    plan = issued_plan(slug)

    assert not [each for each in plan.indicators if each.source is Source.TIPS]
    assert not [element for element in plan.elements if element.code.startswith("tips.")]


@pytest.mark.parametrize("slug", SLUGS)
def test_persons_who_need_support_are_known_to_referrals_alone(slug: str) -> None:
    about_persons = [each for each in issued_plan(slug).elements if each.code.startswith("support.")]

    assert {each.authoritative for each in about_persons} <= {("referrals",)}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_code_is_measured_alike_in_every_plan_but_where_it_is_in_words(slug: str) -> None:
    measures = {
        (each.code, each.measure.measure)
        for one in SLUGS
        for each in issued_plan(one).indicators
        if each.measure.measure != "narrative"
    }

    for each in issued_plan(slug).indicators:
        assert len([code for code, _ in measures if code == each.code]) <= 1


@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("binh-thuan-2025", "support.served"),
        ("kim-tan-2026", "support.reached"),
        ("kim-tan-2026", "support.served"),
        ("nghe-an-2024", "support.served"),
        ("quy-chau-2025", "support.served"),
    ],
)
def test_support_is_promised_to_those_who_need_it_if_any(slug: str, code: str) -> None:
    assert _indicator(slug, code).if_any


@pytest.mark.parametrize(("slug", "day"), ASSUMED.items())
def test_a_copy_without_number_and_date_binds_from_an_assumed_day(slug: str, day: date) -> None:
    plan = issued_plan(slug)

    assert (plan.symbol, plan.issued_on) == (None, None)
    assert (plan.effective_on, plan.effective_assumed) == (day, True)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_plan_of_one_year_belongs_to_a_programme_of_five(slug: str) -> None:
    plan = issued_plan(slug)

    assert plan.programme is not None
    assert (plan.programme.from_year, plan.programme.until_year) == PROGRAMMES[slug]
    assert plan.from_year == plan.until_year


@pytest.mark.parametrize("slug", ["binh-luc-2022", "nghe-an-2024", "quy-chau-2025"])
def test_three_plans_state_no_day_at_all(slug: str) -> None:
    assert set(_last_timely_days(slug).values()) == {None}


def test_binh_luc_owes_one_report_over_the_whole_programme() -> None:
    rule = next(rule for rule in issued_plan("binh-luc-2022").rules if rule.code == "r2")

    assert codes(rule.reporter_ids) == {"352.PLDTBXH"}
    assert rule.receivers == ("35.SLDTBXH",)
    assert {period for code, period in _last_timely_days("binh-luc-2022") if code == "r2"} == {"2021-2025"}


def test_the_women_at_high_risk_of_binh_luc_are_a_promise_in_words() -> None:
    assert isinstance(_indicator("binh-luc-2022", "support.women-at-risk").measure, Narrative)


def test_nghe_an_asks_21_districts_and_its_departments_which_report_to_that_of_labour() -> None:
    rules = {rule.code: rule for rule in issued_plan("nghe-an-2024").rules}

    for frequency in ("half-year", "year", "ad-hoc"):
        asked = codes(rules[f"r1-{frequency}"].reporter_ids)
        assert asked >= NGHE_AN_DISTRICTS
        assert asked - NGHE_AN_DISTRICTS == {
            *("40.CA", "40.BCHBP", "40.SYT", "40.SVHTT", "40.SDL", "40.STTTT", "40.SGDDT", "40.STP"),
            *("40.DPTTH", "40.BAO"),
        }
        assert rules[f"r1-{frequency}"].receivers == ("40.SLDTBXH",)
    assert rules["r2-year"].receivers == ("40", "VN.BLDTBXH")


def test_quy_chau_asks_its_communes_and_offices_which_report_through_the_standing_office() -> None:
    rules = {rule.code: rule for rule in issued_plan("quy-chau-2025").rules}

    for frequency in ("half-year", "year", "ad-hoc"):
        rule = rules[f"r1-{frequency}"]
        offices = {"416.PVHKHTT", "416.PGDDT", "416.PTP", "416.TTVHTT"}
        assert codes(rule.reporter_ids) == QUY_CHAU_COMMUNES | offices
        assert (rule.receivers, rule.through) == (("416",), "416.VP")
    assert rules["r2-year"].receivers == ("416", "40")


@pytest.mark.parametrize("slug", ["binh-thuan-2025", "nghe-an-2024", "quy-chau-2025"])
def test_procuracy_and_court_are_asked_for_statistics_and_owe_none(slug: str) -> None:
    by_justice = [
        rule
        for rule in issued_plan(slug).rules
        if any(code.endswith(("VKSND", "TAND")) for code in codes(rule.reporter_ids))
    ]

    assert by_justice
    assert {rule.requirement for rule in by_justice} == {Requirement.REQUESTED}


@pytest.mark.parametrize("slug", ["nghe-an-2024", "quy-chau-2025"])
def test_a_report_on_demand_is_owed_only_when_somebody_asks(slug: str) -> None:
    assert not [code for code, _ in _last_timely_days(slug) if code == "r1-ad-hoc"]


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
