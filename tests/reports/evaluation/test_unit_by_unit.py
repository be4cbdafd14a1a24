"""Promises that each unit keeps or breaks by itself: frequency, milestone, units meeting conditions."""

from __future__ import annotations

from datetime import date

import pytest

from services.reports.evaluation.evidence import Lifetime
from services.reports.evaluation.indicator import Value
from services.reports.evaluation.measures import Condition, Frequency, Indicator, Milestone, Target, UnitsMeeting
from tests.reports.evaluation.histories import instant
from tests.reports.evaluation.worlds import START, YEAR_END, World, said

POSTED = Indicator(Frequency("posted", Target(at_least=1)))
JUNE = instant(date(2025, 6, 20))


def posts(**by_month: int) -> dict[str, dict[str, int]]:
    return {"posted": {f"2025-{key[1:]}": value for key, value in by_month.items()}}


FULL_YEAR = posts(**{f"m{number:02d}": 1 for number in range(1, 13)})


def test_frequency_is_met_if_every_unit_keeps_every_month() -> None:
    world = World(posted="flow")
    world.report(world.owe(1, "2025"), by_month=FULL_YEAR)
    world.report(world.owe(2, "2025"), by_month=FULL_YEAR)

    found = world.ask(POSTED)

    assert found.value == Value(2, 2)
    assert said(found) == ("met", None)


def test_frequency_is_missed_by_one_unit_in_one_month() -> None:
    world = World(posted="flow")
    world.report(world.owe(1, "2025"), by_month=FULL_YEAR)
    world.report(world.owe(2, "2025"), by_month={"posted": FULL_YEAR["posted"] | {"2025-07": 0}})

    assert world.ask(POSTED).value == Value(1, 2)
    assert said(world.ask(POSTED)) == ("not_met", None)


def test_frequency_is_not_known_where_a_month_is_missing() -> None:
    world = World(posted="flow")
    entries = {month: count for month, count in FULL_YEAR["posted"].items() if month != "2025-07"}
    world.report(world.owe(1, "2025"), by_month={"posted": entries})

    assert said(world.ask(POSTED)) == ("no_data", None)


@pytest.mark.parametrize(
    ("lifetime", "months"),
    [
        ((START, instant(date(2025, 7, 1))), posts(m01=1, m02=1, m03=1, m04=1, m05=1, m06=1)),
        ((instant(date(2025, 7, 1)), YEAR_END), posts(m08=1, m09=1, m10=1, m11=1, m12=1)),
    ],
)
def test_frequency_asks_a_unit_only_for_the_months_of_its_life(
    lifetime: Lifetime, months: dict[str, dict[str, int]]
) -> None:
    world = World(posted="flow")
    world.lifetimes[1] = lifetime
    world.report(world.owe(1, "2025"), by_month=months)

    assert said(world.ask(POSTED)) == ("met", None)


@pytest.mark.parametrize("kind", ["flow", "distinct"])
def test_frequency_so_far_looks_at_the_elapsed_months_of_shorter_reports(kind: str) -> None:
    world = World(posted=kind)
    world.owe(1, "2025")
    world.report(world.owe(1, "2025-Q1"), by_month=posts(m01=1, m02=1, m03=2))
    world.report(world.owe(1, "2025-04"), {"posted": 1})
    world.report(world.owe(1, "2025-08"), {"posted": 0}, at=JUNE - 1)

    assert said(world.ask(POSTED, t=JUNE)) == ("on_track", None)
    assert said(world.ask(POSTED, t=instant(date(2025, 8, 15)))) == ("at_risk", None)


def test_nil_report_is_a_month_without_anything() -> None:
    world = World(posted="flow")
    world.report(world.owe(1, "2025"), nil=True)

    assert world.ask(POSTED).value == Value(0, 1)
    assert said(world.ask(POSTED)) == ("not_met", None)


def test_frequency_without_a_number_is_not_judged() -> None:
    world = World(posted="flow")
    world.report(world.owe(1, "2025"), by_month=FULL_YEAR)

    assert said(world.ask(Indicator(Frequency("posted", None)))) == ("not_judged", "no_threshold")


DONE_BY_MARCH = Indicator(Milestone("issued", date(2025, 3, 31)))
APRIL = instant(date(2025, 4, 1))


@pytest.mark.parametrize(("at", "verdict"), [(APRIL - 1, "met"), (APRIL, "at_risk")])
def test_milestone_is_met_by_a_report_received_by_its_day(at: int, verdict: str) -> None:
    world = World(issued="flow")
    world.owe(1, "2025")
    world.report(world.owe(1, "2025-Q1"), {"issued": 1}, at=at)

    assert said(world.ask(DONE_BY_MARCH, t=APRIL)) == (verdict, None)


def test_milestone_is_missed_once_the_report_is_in_and_the_day_is_over() -> None:
    world = World(issued="flow")
    world.report(world.owe(1, "2025"), {"issued": 0}, at=APRIL - 2)

    assert said(world.ask(DONE_BY_MARCH, t=APRIL - 1)) == ("at_risk", None)
    assert said(world.ask(DONE_BY_MARCH, t=APRIL)) == ("not_met", None)


def test_milestone_is_not_shown_by_the_report_of_another_year() -> None:
    world = World(issued="flow")
    world.owe(1, "2025")
    world.report(world.owe(1, "2024"), {"issued": 1})

    assert said(world.ask(DONE_BY_MARCH)) == ("no_data", None)


def test_milestone_of_which_nobody_reported_has_no_data() -> None:
    world = World(issued="flow")
    world.owe(1, "2025")

    assert said(world.ask(DONE_BY_MARCH)) == ("no_data", None)


def meeting(*conditions: Condition, units: frozenset[int], percent: int = 50) -> Indicator:
    return Indicator(UnitsMeeting(conditions, units, Target(at_least=percent)))


INTEGRATED = Condition("programmes", at_least=2)
HAS_PLAN = Condition(None)


def test_units_meeting_counts_the_units_of_its_population() -> None:
    world = World(programmes="flow")
    for unit, programmes in enumerate((2, 1, 5, 9)):
        world.report(world.owe(unit, "2025"), {"programmes": programmes})

    found = world.ask(meeting(INTEGRATED, units=frozenset({0, 1, 2})))

    assert found.value == Value(2, 3)
    assert said(found) == ("met", None)


@pytest.mark.parametrize(("t", "verdict"), [(YEAR_END - 1, "on_track"), (YEAR_END, "incomplete")])
def test_unit_of_the_population_that_nobody_asks_for_a_report_is_missing(t: int, verdict: str) -> None:
    world = World(programmes="flow")
    world.report(world.owe(0, "2025"), {"programmes": 2}, at=JUNE)

    found = world.ask(meeting(INTEGRATED, units=frozenset({0, 7})), t=t)

    assert found.missing == (7,)
    assert said(found) == (verdict, None)


@pytest.mark.parametrize(
    ("t", "plans", "verdict"),
    [(JUNE, {0}, "at_risk"), (YEAR_END, {0}, "not_met"), (JUNE, {0, 1}, "met"), (YEAR_END, {0, 1}, "met")],
)
def test_plan_of_its_own_may_be_issued_until_the_period_ends(t: int, plans: set[int], verdict: str) -> None:
    world = World(programmes="flow")
    for unit in (0, 1):
        world.report(world.owe(unit, "2025"), {"programmes": 2}, at=JUNE)
    indicator = meeting(HAS_PLAN, INTEGRATED, units=frozenset({0, 1}), percent=100)

    assert said(world.ask(indicator, t=t, plans_issued=frozenset(plans))) == (verdict, None)


def test_plan_that_may_still_come_is_not_missing_although_the_report_was_due() -> None:
    world = World(programmes="flow")
    world.report(world.owe(0, "2025", due=JUNE), {"programmes": 2}, at=JUNE - 1)
    indicator = meeting(HAS_PLAN, INTEGRATED, units=frozenset({0}))

    assert said(world.ask(indicator, t=JUNE)) == ("at_risk", None)


def test_share_of_units_with_a_plan_needs_no_report() -> None:
    indicator = meeting(HAS_PLAN, units=frozenset({0, 1}), percent=100)

    found = World().ask(indicator, t=JUNE, plans_issued=frozenset({1}))

    assert found.value == Value(1, 2)
    assert said(found) == ("at_risk", None)
    assert said(World().ask(indicator, t=YEAR_END, plans_issued=frozenset({1}))) == ("not_met", None)


def test_population_without_a_unit_below_is_empty() -> None:
    assert said(World().ask(meeting(HAS_PLAN, units=frozenset()))) == ("not_judged", "empty_population")
