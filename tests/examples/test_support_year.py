"""The synthetic years of support: no person stands behind them, and a case goes its way in order."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from contracts.events.referrals import ELEMENTS_OF
from examples.support_year import SupportAct, SupportActKind, SupportScripts, read_support_scripts, support_year
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.calendar.period import CutOff, parse_period
from kernel.clock import legal_day
from kernel.units import is_enforcement
from tests.examples.example_files import EXAMPLES, example_tree, issued_plan


def scripts() -> SupportScripts:
    return read_support_scripts((EXAMPLES / "sample-support.yaml").read_text(encoding="utf-8"))


def year(slug: str) -> tuple[SupportAct, ...]:
    return support_year(issued_plan(slug), example_tree(), scripts().plans[slug], seed=scripts().seed)


every_plan = pytest.mark.parametrize("slug", list(scripts().plans))


def test_there_is_support_for_every_plan_with_an_indicator_on_it_and_for_women_at_high_risk() -> None:
    eligible = {
        code
        for path in (EXAMPLES / "plans").glob("*.yaml")
        for indicator in issued_plan(path.stem).indicators
        if indicator.source == "referrals" and indicator.measure.measure == "ratio"
        for code in indicator.measure.denominator
        if code.endswith("eligible")
    }

    assert eligible == {ELEMENTS_OF[scripts().plans["binh-thuan-2025"].group].eligible}
    assert {script.group.value for script in scripts().plans.values()} == {"person_who_sells_sex", "woman_at_high_risk"}
    assert len(scripts().plans) == 5


@every_plan
def test_the_same_seed_tells_the_same_year_in_time_order(slug: str) -> None:
    acts = year(slug)

    assert acts == year(slug)
    assert [act.at for act in acts] == sorted(act.at for act in acts)


@every_plan
def test_every_case_goes_its_way_in_order(slug: str) -> None:
    of_case = defaultdict(list)
    for act in year(slug):
        of_case[act.about].append(act.kind)
    order = list(SupportActKind)

    assert of_case.pop(slug) == [SupportActKind.REGISTER, SupportActKind.RELEASE]
    for kinds in of_case.values():
        assert kinds == sorted(kinds, key=order.index)
        assert kinds[:3] == [SupportActKind.OPEN, SupportActKind.NEED, SupportActKind.DECIDE]
    wanted = scripts().plans[slug].persons.values()
    counted = Counter(kind for kinds in of_case.values() for kind in kinds)
    assert counted[SupportActKind.OPEN] == sum(one.eligible for one in wanted)
    assert counted[SupportActKind.COMPLETE] == sum(one.served for one in wanted)


@every_plan
def test_nobody_who_enforces_takes_part_and_everybody_exists(slug: str) -> None:
    tree = example_tree()
    for act in year(slug):
        unit = tree.find(act.by, legal_day(act.at))
        assert unit is not None
        assert not is_enforcement(tree, unit.id, legal_day(act.at))


@every_plan
def test_offices_act_on_working_days_and_the_total_is_released_when_the_year_is_over(slug: str) -> None:
    acts = year(slug)
    (release,) = (act for act in acts if act.kind is SupportActKind.RELEASE)
    days = parse_period(release.body["period"]).days(CutOff.DECREE_09)

    assert all(LEGAL_CALENDAR.is_working_day(legal_day(act.at)) for act in acts)
    assert days is not None
    assert legal_day(release.at) >= days.until
