"""What a plan makes units owe."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.plan import Rule
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.clock import as_utc
from services.reports.domain.obligation import elements_of, is_opened_by_hand, owed_under
from tests.reports.builders import AD_HOC, FLASH, QUARTER, UNIT, YEAR, a_plan, a_rule, at


def owed(*rules: dict[str, Any], **changed: Any) -> dict[tuple[str, str], str | None]:
    """Return the last instant of what Phan Thiết owes, by rule and period."""
    found = owed_under(a_plan(rules=rules, **changed), LEGAL_CALENDAR)
    return {
        (one.rule, one.period.key): one.due.due_at.isoformat() if one.due else None
        for one in found
        if one.unit_id == UNIT["593"]
    }


@pytest.mark.parametrize(
    ("effective_on", "first"),
    [("2025-03-14", "2025-Q1"), ("2025-03-15", "2025-Q2"), ("2025-06-14", "2025-Q2"), ("2025-06-15", "2025-Q3")],
)
def test_what_is_due_by_the_plans_first_instant_is_not_owed(effective_on: str, first: str) -> None:
    assert min(period for _, period in owed(QUARTER, effective_on=effective_on)) == first


@pytest.mark.parametrize(("effective_on", "first"), [("2025-06-14", "2025-Q2"), ("2025-06-15", "2025-Q3")])
def test_a_period_without_a_day_is_owed_if_it_ends_later(effective_on: str, first: str) -> None:
    assert min(period for _, period in owed(QUARTER | {"due": {}}, effective_on=effective_on)) == first


@pytest.mark.parametrize(("cut_off", "first"), [("decree_09", "2025-Q3"), ("calendar", "2025-Q2"), ("none", "2025-Q2")])
def test_without_a_day_the_rules_own_cut_off_ends_the_period(cut_off: str, first: str) -> None:
    rule = QUARTER | {"due": {}, "cut_off": cut_off}

    assert min(period for _, period in owed(rule, effective_on="2025-06-20")) == first


def test_a_rule_without_an_earlier_start_begins_with_the_plan() -> None:
    assert owed(QUARTER | {"owed_from": "2025-08-01"}).keys() == owed(QUARTER).keys()


def test_several_years_are_owed_year_by_year() -> None:
    assert [period for _, period in owed(YEAR, until_year=2027)] == ["2025", "2026", "2027"]
    programme = a_rule("r7", frequency="programme")
    assert owed(programme, until_year=2027) == {("r7", "2025-2027"): "2027-12-14T17:00:00+00:00"}


def test_a_plan_of_one_year_owes_a_report_over_the_whole_programme() -> None:
    programme = {"from_year": 2021, "until_year": 2027}

    found = owed(a_rule("r7", frequency="programme"), YEAR, programme=programme)

    assert found == {("r7", "2021-2027"): "2027-12-14T17:00:00+00:00"} | owed(YEAR)


def test_requests_are_not_owed_by_themselves() -> None:
    assert owed(AD_HOC, FLASH) == {}
    assert [is_opened_by_hand(key) for key in ("ad_hoc:harbour", "flash:harbour", "2025-Q2")] == [True, True, False]


def test_everything_owed_from_an_instant_on() -> None:
    plan = a_plan(rules=[QUARTER])

    from_june = owed_under(plan, LEGAL_CALENDAR, from_instant=as_utc(at("2025-06-15", "00:00:00")))

    assert {one.period.key for one in from_june} == {"2025-Q3", "2025-Q4"}


@pytest.mark.parametrize(
    ("changed", "kind", "expected"),
    [
        ({}, "police", True),
        ({}, "district", False),
        ({"elements": ("offences.handled",)}, "district", True),
        ({"elements": ("premises.total",)}, "police", False),
    ],
)
def test_a_reporter_sends_what_the_rule_collects_or_what_it_is_authoritative_for(
    changed: dict[str, Any], kind: str, expected: bool
) -> None:
    rule = Rule.model_validate(a_rule(**changed))

    assert ("offences.handled" in elements_of(a_plan(), rule, kind)) is expected
