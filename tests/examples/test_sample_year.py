"""The synthetic years: deterministic, in time order, and as plausible as their figures can be checked."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time

import pytest

from contracts.plan import DataElement, ElementKind, Narrative
from examples.acts import Act, ActKind, Covered
from examples.duties import collected, filings
from examples.sample_year import NobodyActs, sample_year
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.calendar.period import months, parse_period
from kernel.clock import ICT, legal_day, start_of
from kernel.ids import UnitId
from kernel.units import UnitTree
from tests.examples.example_files import SLUGS, TWO_LEVELS_SINCE, example_tree, issued_plan, script

SENT = (ActKind.SUBMIT, ActKind.RESUBMIT)
MERGER = start_of(TWO_LEVELS_SINCE)


def _year(slug: str, *, seed: int = script().seed) -> tuple[Act, ...]:
    return sample_year(issued_plan(slug), example_tree(), script().plans[slug], seed=seed)


def _elements(slug: str) -> dict[str, DataElement]:
    return {element.code: element for element in issued_plan(slug).elements}


def _final_figures(slug: str) -> dict[tuple[str, str], Covered]:
    """The last version of each report, by unit and period."""
    return {
        (act.unit, covered.period): covered
        for act in _year(slug)
        if act.kind in SENT and not act.nil
        for covered in act.covers
        if covered.figures or covered.monthly
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_the_same_seed_tells_the_same_year(slug: str) -> None:
    assert _year(slug) == _year(slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_another_seed_tells_another_year(slug: str) -> None:
    assert _year(slug) != _year(slug, seed=1)


@pytest.mark.parametrize("slug", SLUGS)
def test_acts_come_in_time_order_and_none_before_the_plan(slug: str) -> None:
    instants = [act.at for act in _year(slug)]

    assert instants == sorted(instants)
    assert instants[0] >= start_of(issued_plan(slug).effective_on)
    assert {instant.tzinfo for instant in instants} == {UTC}


def test_only_one_report_comes_outside_office_hours() -> None:
    late_at_night = []
    for act in (act for slug in SLUGS for act in _year(slug)):
        here = act.at.astimezone(ICT)
        at_work = time(7, 30) <= here.time() < time(11, 30) or time(13, 30) <= here.time() < time(17)
        if not (at_work and LEGAL_CALENDAR.is_working_day(here.date())):
            late_at_night.append((act.unit, here.replace(tzinfo=None)))

    assert late_at_night == [("595", datetime(2025, 6, 14, 23, 41))]  # noqa: DTZ001 - the wall clock in Viet Nam


def test_at_the_due_instant_of_june_these_units_have_sent_nothing() -> None:
    due_at = datetime(2025, 6, 14, 17, tzinfo=UTC)
    sent = {act.unit for act in _year("binh-thuan-2025") if act.kind is ActKind.SUBMIT and act.at < due_at}
    owed = {duty.unit_id for filing in filings(issued_plan("binh-thuan-2025")) for duty in filing}
    units = {example_tree().get(UnitId(each)).code for each in owed} - {"60.SYT"}

    assert units - sent == {"596", "599", "602", "60.DPTTH", "60.TAND"}


def test_one_report_serves_the_second_quarter_and_the_half_year() -> None:
    first = [act for act in _year("binh-thuan-2025") if act.kind is ActKind.SUBMIT and act.at < MERGER]
    periods = {act.unit: [covered.period for covered in act.covers] for act in first if act.unit != "594"}
    apart = [[covered.period for covered in act.covers] for act in first if act.unit == "594"]

    assert all(covers == ["2025-Q2", "2025-H1"] for covers in periods.values())
    assert sorted(apart) == [["2025-H1"], ["2025-Q2"]]


def test_after_the_merger_successors_act_for_the_units_that_owe() -> None:
    acts = _year("binh-thuan-2025")
    tree = example_tree()

    assert {act.by for act in acts if act.at < MERGER} <= {act.unit for act in acts} | {"60.SYT"}
    assert ("593", "22945") in {(act.unit, act.by) for act in acts if act.at >= MERGER and act.kind is ActKind.SUBMIT}
    for act in acts:
        actor = tree.find(act.by, legal_day(act.at))
        assert actor is not None


def test_what_quy_chau_sends_after_the_merger_its_successors_send_and_receive() -> None:
    late = [act for act in _year("quy-chau-2025") if act.at >= MERGER]

    assert {act.by for act in late if act.kind in SENT} == {
        *("16777", "16792", "16801", "16804"),
        *("16777.VP", "16777.VHXH", "16777.TTDVC", "16777.MTTQ", "40.VKSKV-QUYCHAU"),
    }
    assert {act.by for act in late if act.kind is ActKind.ACCEPT} == {"16777", "16777.VP"}


def test_the_one_commune_that_was_not_merged_goes_on_as_itself() -> None:
    by_chau_binh = [act for act in _year("quy-chau-2025") if act.unit == "16804" and act.kind in SENT]

    assert {act.by for act in by_chau_binh} == {"16804"}
    assert by_chau_binh[0].at < MERGER < by_chau_binh[-1].at


def test_vinh_writes_for_the_town_that_joined_it() -> None:
    senders = [(act.by, legal_day(act.at).year) for act in _year("nghe-an-2024") if act.unit == "413"]

    assert ("413", 2024) in senders
    assert "412" in {by for by, _ in senders}


def test_a_report_of_2024_that_comes_in_2025_is_received_by_the_department_of_health() -> None:
    accepted = {act.unit: act.by for act in _year("nghe-an-2024") if act.kind is ActKind.ACCEPT and act.at.year == 2025}

    assert accepted["417"] == "40.SYT"


def test_the_report_over_the_programme_of_binh_luc_is_sent_and_received_by_who_bears_the_duties_by_then() -> None:
    over_the_programme = [act for act in _year("binh-luc-2022") if act.covers and act.covers[0].period == "2021-2025"]

    assert [(act.kind, act.by) for act in over_the_programme] == [
        (ActKind.SUBMIT, "13501.VHXH"),
        (ActKind.ACCEPT, "37.SYT"),
    ]
    assert legal_day(over_the_programme[0].at) == date(2025, 12, 26)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_promise_in_words_of_a_script_is_judged_once_by_the_receiver(slug: str) -> None:
    plan, tree = issued_plan(slug), example_tree()
    in_words = {each.code for each in plan.indicators if isinstance(each.measure, Narrative)}
    judged = [act for act in _year(slug) if act.kind is ActKind.JUDGE]

    assert sorted(act.verdict.indicator for act in judged if act.verdict) == sorted(in_words)
    assert all(act.reason for act in judged)
    receiver = tree.get(UnitId(plan.rules[0].receiver_ids[0])).code
    assert {act.by for act in judged} <= {receiver}


def test_a_year_in_which_nobody_bears_a_duty_is_refused() -> None:
    without_heirs = UnitTree(example_tree())

    with pytest.raises(NobodyActs, match="nobody acts for 59"):
        sample_year(issued_plan("binh-thuan-2025"), without_heirs, script().plans["binh-thuan-2025"], seed=1)


def test_the_year_holds_each_kind_of_episode() -> None:
    acts = _year("binh-thuan-2025")
    kinds = [act.kind for act in acts]

    assert (kinds.count(ActKind.EXTEND), kinds.count(ActKind.EXCUSE)) == (1, 1)
    assert kinds.count(ActKind.RETURN) == kinds.count(ActKind.RESUBMIT) == 3
    assert {act.unit for act in acts if act.nil} == {"60.BCHBP"}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_episode_of_the_script_is_about_a_report_that_is_owed(slug: str) -> None:
    tree = example_tree()
    owed = {(tree.get(UnitId(filing[-1].unit_id)).code, filing[-1].period.key) for filing in filings(issued_plan(slug))}
    told = [(episode.unit, episode.period) for episode in script().plans[slug].episodes]

    assert set(told) <= owed
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_report_is_sent_then_returned_then_corrected_then_accepted(slug: str) -> None:
    kinds: dict[str, list[ActKind]] = defaultdict(list)
    for act in _year(slug):
        if act.kind not in (ActKind.EXTEND, ActKind.EXCUSE, ActKind.JUDGE):
            kinds[act.report].append(act.kind)

    corrected = [ActKind.SUBMIT, ActKind.RETURN, ActKind.RESUBMIT, ActKind.ACCEPT]
    assert all(told in ([ActKind.SUBMIT], [ActKind.SUBMIT, ActKind.ACCEPT], corrected) for told in kinds.values())


@pytest.mark.parametrize("slug", SLUGS)
def test_a_report_carries_exactly_the_elements_its_sender_is_asked_for(slug: str) -> None:
    plan, tree = issued_plan(slug), example_tree()
    rules = {rule.code: rule for rule in plan.rules}
    for act in _year(slug):
        if act.kind not in SENT:
            continue
        sender = tree.find(act.unit, plan.effective_on)
        assert sender is not None
        for covered in act.covers:
            expected = set() if act.nil else set(collected(plan, rules[covered.rule], sender.reporter_kind))
            assert {*covered.figures, *covered.monthly} == expected


@pytest.mark.parametrize("slug", ["binh-thuan-2025", "kim-tan-2026", "nghe-an-2024"])
def test_monthly_figures_name_the_months_of_their_period(slug: str) -> None:
    monthly = [covered for covered in _final_figures(slug).values() if covered.monthly]

    assert monthly
    for covered in monthly:
        names = [month.key for month in months(parse_period(covered.period))]
        assert all(list(values) == names for values in covered.monthly.values())


@pytest.mark.parametrize("slug", SLUGS)
def test_only_a_first_version_has_a_part_larger_than_its_whole(slug: str) -> None:
    wholes = {
        "communes.communicating": "communes.total",
        "communes.with-pilot-model": "communes.total",
        "workers.premises.informed": "workers.premises.total",
        "workers.zones.informed": "workers.zones.total",
        "students.informed": "students.total",
        "premises.inspected": "premises.total",
        "premises.inspected-since-2021": "premises.total",
        "staff.province.trained": "staff.province.total",
        "staff.below.trained": "staff.below.total",
        "staff.dedicated.trained": "staff.dedicated.total",
        "communes.healthy": "communes.total",
        "premises.women-counted": "premises.total",
        "offenders.handled": "offenders.found",
    }
    for covered in _final_figures(slug).values():
        for part, whole in wholes.items():
            if part in covered.figures:
                assert 0 <= covered.figures[part] <= covered.figures[whole]


def test_cumulative_figures_never_fall() -> None:
    final = _final_figures("binh-thuan-2025")
    cumulative = [e.code for e in _elements("binh-thuan-2025").values() if e.kind is ElementKind.CUMULATIVE]
    units = {unit for unit, _ in final}
    compared = 0
    for unit in units:
        ending_later = ("2025-Q2", "2025-H1", "2025-Q3", "2025-9M", "2025-Q4", "2025")
        reports = [final[unit, period].figures for period in ending_later if (unit, period) in final]
        for code in cumulative:
            values = [figures[code] for figures in reports if code in figures]
            compared += len(values)

            assert values == sorted(values)

    assert compared > 20


def test_a_quarter_is_contained_in_the_half_year_and_in_the_year() -> None:
    final = _final_figures("binh-thuan-2025")
    flows = [e.code for e in _elements("binh-thuan-2025").values() if e.kind is ElementKind.FLOW and not e.monthly]
    for (unit, period), covered in final.items():
        within = {"2025-Q2": "2025-H1", "2025-Q3": "2025-9M", "2025-Q4": "2025"}.get(period)
        if within is not None and (unit, within) in final:
            longer = final[unit, within].figures
            assert all(covered.figures[code] <= longer[code] for code in flows if code in longer)


def test_persons_reached_in_two_quarters_are_not_those_of_the_two_together() -> None:
    final = _final_figures("binh-thuan-2025")
    informed = "workers.premises.informed"
    third, nine_months = final["593", "2025-Q3"].figures[informed], final["593", "2025-9M"].figures[informed]
    half_year = final["593", "2025-H1"].figures[informed]

    assert max(half_year, third) < nine_months < half_year + third


def test_months_without_anything_are_missing_from_longer_periods_too() -> None:
    final = _final_figures("binh-thuan-2025")
    border_guard = [final["60.BCHBP", period].figures["border.operations"] for period in ("2025-Q3", "2025-9M")]

    assert final["601", "2025-H1"].monthly["posts.published"]["2025-05"] == 0
    assert border_guard[0] == border_guard[1] > 0


def test_a_first_version_with_a_mistake_differs_from_its_correction() -> None:
    versions = [act for act in _year("binh-thuan-2025") if act.unit == "597" and act.kind in SENT][:2]
    typed, meant = (act.covers[-1].figures["workers.premises.informed"] for act in versions)

    assert typed == 2150
    assert meant <= versions[1].covers[-1].figures["workers.premises.total"]
    assert versions[0].covers[0] == versions[1].covers[0]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_narrative_says_that_it_is_synthetic(slug: str) -> None:
    sent = [act for act in _year(slug) if act.kind in SENT]

    assert all(act.narrative["situation"].startswith("Số liệu giả lập.") for act in sent)
