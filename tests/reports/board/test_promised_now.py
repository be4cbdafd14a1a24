"""The sums that are kept of the present: they follow hours and changes, and what they cannot hold is said otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kernel.calendar.period import parse_period
from kernel.clock import SetClock, to_micros
from services.reports.board import cells, indicators, promised, promised_now
from services.reports.board.judged import Viewpoint
from services.reports.board.memory import visible_at
from services.reports.board.promised import Promised
from services.reports.board.promised_now import cells_now
from services.reports.evaluation.evidence import Basis
from services.reports.evaluation.lines import LARGEST_FIGURE
from services.reports.wiring import Reports
from tests.reports.board.promises import SHARE, cell, measured, premises
from tests.reports.builders import DISTRICTS, HALF_YEAR, POLICE, UNIT, YEAR, a_plan, an_indicator, at
from tests.reports.office import Office, PlansOffice, cover

POLICED = measured("policed", {"measure": "count", "value": ["offences.handled"]}, period="half_year")
COUNT = measured("held", {"measure": "count", "value": ["activities.held"], "target": {"at_least": 1}})


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Of which plans, bases and trees sums are made anew, in turn."""
    found: list[Any] = []

    class Noted(Promised):
        def __init__(self, *args: Any) -> None:
            found.append(args[1])
            super().__init__(*args)

    monkeypatch.setattr(promised_now, "Promised", Noted)
    return found


async def explained(office: Office, code: str = SHARE, period: str = "2025", **more: Any) -> Any:
    """Return the same cell as the explanation shows it, which goes from report to report."""
    query = {"plan": "binh-thuan-2025", "indicator": code, "period": period} | more
    return (await office.read("/v1/explanations/indicator", **query))["indicator"]


@pytest.mark.asyncio
async def test_what_falls_due_at_midnight_is_seen_though_nothing_was_written(
    plans: PlansOffice, office: Callable[[str], Office], accepted: Any, clock: SetClock, made: list[Any]
) -> None:
    await plans.issue(a_plan())
    await accepted("594", premises(2))
    nation, seen = office("VN"), []

    for day, hour in (("2025-12-14", "23:59:59"), ("2025-12-15", "00:00:00")):
        clock.set(at(day, hour))
        seen.append(await cell(nation))
        assert seen[-1] == await explained(nation)

    assert [one["verdict"] for one in seen] == ["on_track", "incomplete"]
    assert len(made) == 1, "it was moved"


@pytest.mark.asyncio
async def test_where_something_occurs_that_was_written_down_before_all_is_read_again(
    plans: PlansOffice, province: Office, clock: SetClock, service: Reports, made: list[Any]
) -> None:
    await plans.issue(a_plan())
    await cell(province)
    later = at("2025-06-20")
    service.board._memory.owed.book.boundaries.happened(to_micros(later), to_micros(clock.now()))
    seen = []

    for instant in (later - timedelta(microseconds=1), later):
        clock.set(instant)
        await cell(province)
        seen.append(len(made))

    assert seen == [1, 2]


@pytest.mark.asyncio
async def test_an_undated_report_is_awaited_from_the_periods_end(
    plans: PlansOffice, province: Office, clock: SetClock, made: list[Any]
) -> None:
    await plans.issue(a_plan(rules=[POLICE], indicators=[POLICED]))
    seen = []

    for day, hour in (("2025-06-14", "23:59:59"), ("2025-06-15", "00:00:00")):
        clock.set(at(day, hour))
        seen.append((await cell(province, "policed", "2025-H1"))["coverage"]["expected"])

    assert seen == [0, 1]
    assert len(made) == 1, "it was moved"


@pytest.mark.asyncio
async def test_words_that_take_effect_later_are_judged_by_from_then_on(
    plans: PlansOffice, province: Office, accepted: Any, clock: SetClock
) -> None:
    plan = await plans.issue(a_plan())
    for unit in DISTRICTS:
        await accepted(unit, premises(3))
    stricter = an_indicator(SHARE)["measure"] | {"target": {"at_least": 50}}
    await plans.amend(plan, indicators=[an_indicator(SHARE, measure=stricter)], effective_on="2025-06-20")
    seen = []

    for day, hour in (("2025-06-19", "23:59:59"), ("2025-06-20", "00:00:00")):
        clock.set(at(day, hour))
        seen.append((await cell(province))["verdict"])

    assert seen == ["met", "not_met"]


@pytest.mark.asyncio
async def test_each_change_is_entered_and_nothing_else_is_read_again(
    plans: PlansOffice, province: Office, health: Office, district: Office, accepted: Any, made: list[Any]
) -> None:
    await plans.issue(a_plan(rules=[YEAR, HALF_YEAR]))
    values = [(await cell(province))["value"]["n"]]

    await accepted("594", premises(2))
    values.append((await cell(province))["value"]["n"])
    path = await district.reported(cover("r1-half-year", "2025-H1", premises(1)))
    values.append((await cell(province, basis="submitted"))["value"]["n"])
    await health.review(path, "return", reason="Thiếu số liệu")
    values.append((await cell(province, basis="submitted"))["value"]["n"])
    await district.create(f"{path}/versions", {"covers": [cover("r1-half-year", "2025-H1", premises(4))]})
    values.append((await cell(province, basis="submitted"))["value"]["n"])
    await health.accept(path)
    values.append((await cell(province))["value"]["n"])

    assert values == [None, 2, 3, 2, 6, 6]
    assert len(made) == 2, "one for each basis"


@pytest.mark.asyncio
async def test_what_was_written_down_after_a_question_took_its_instant_is_seen_by_the_next(
    plans: PlansOffice, province: Office, accepted: Any, service: Reports, made: list[Any]
) -> None:
    plan = await plans.issue(a_plan())
    await cell(province)
    await accepted("594", premises(2))
    await province.read("/v1/compliance")
    memory, year = service.board._memory, parse_period("2025")
    known_at = visible_at(memory, None)
    values = []

    for t in (known_at - 1, known_at):
        asked = Viewpoint(plan.slug, UNIT["60"], t, known_at, Basis.ACCEPTED, "then")
        found = cells_now(memory, asked, plan)
        assert found is not None
        seen = found.find(plan.indicators[0], year)
        assert seen is not None
        values.append(seen[1].value.n)

    assert values == [None, 2]
    assert len(made) == 1, "it was moved"


@pytest.mark.asyncio
async def test_where_many_have_sent_something_all_is_read_again(
    plans: PlansOffice, province: Office, accepted: Any, made: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promised, "_MANY", 1)
    await plans.issue(a_plan())
    await cell(province)
    for unit in DISTRICTS[:2]:
        await accepted(unit, premises(2))

    assert (await cell(province))["value"]["n"] == 4
    assert len(made) == 2


@pytest.mark.asyncio
async def test_only_the_presents_asked_for_last_are_kept(
    plans: PlansOffice, province: Office, service: Reports, made: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promised_now, "_KEPT", 2)
    await plans.issue(a_plan())

    asked = [{}, {"basis": "submitted"}, {"unit": "593"}, {"tree": "now"}, {"unit": "594"}]
    for query in (*asked, {"basis": "submitted", "unit": "595"}):
        await cell(province, **query)

    assert [(one.basis, one.tree) for one in made] == [
        ("accepted", "then"),
        ("submitted", "then"),
        ("accepted", "now"),
        ("submitted", "then"),
    ]
    assert len(service.board._memory.kept) == 2


@pytest.mark.asyncio
async def test_figure_that_sums_have_no_room_for_is_added_up_all_the_same(
    plans: PlansOffice, province: Office, accepted: Any
) -> None:
    await plans.issue(a_plan(indicators=[COUNT]))
    await accepted("593", {"activities.held": 1})
    before = (await cell(province, "held"))["value"]["n"]

    await accepted("594", {"activities.held": LARGEST_FIGURE + 1})
    after = (await cell(province, "held"))["value"]["n"]
    await accepted("595", {"activities.held": 1})

    assert [before, after, (await cell(province, "held"))["value"]["n"]] == [1, LARGEST_FIGURE + 2, LARGEST_FIGURE + 3]


@pytest.mark.asyncio
@pytest.mark.parametrize("as_of", [None, "2025-12-20T00:00:00Z"])
async def test_the_board_names_the_first_who_are_missing_and_the_explanation_all(
    plans: PlansOffice, province: Office, as_of: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (cells, indicators):
        monkeypatch.setattr(module, "NAMED", 2)
    posts = measured("posts", {"measure": "frequency", "element": "posts.published", "target": {"at_least": 1}})
    await plans.issue(a_plan(indicators=[an_indicator(SHARE), posts]))

    for code in (SHARE, "posts"):
        coverage = (await cell(province, code, as_of=as_of))["coverage"]
        assert [unit["code"] for unit in coverage["missing"]] == list(DISTRICTS[:2])
        assert coverage["missing_more"] == 1
        coverage = (await explained(province, code))["coverage"]
        assert [unit["code"] for unit in coverage["missing"]] == list(DISTRICTS)
        assert coverage["missing_more"] == 0


@pytest.mark.asyncio
@pytest.mark.parametrize(("tree", "unit", "successor"), [("then", "60", "593"), ("now", "68", "22945")])
async def test_each_tree_has_what_former_units_sent_in_its_place(
    plans: PlansOffice,
    office: Callable[[str], Office],
    accepted: Any,
    clock: SetClock,
    tree: str,
    unit: str,
    successor: str,
) -> None:
    await plans.issue(a_plan())
    await accepted("593", premises(2))
    clock.set(at("2025-07-02"))
    nation = office("VN")

    for top, counted in ((unit, (1, 3)), (successor, (1, 1))):
        found = await cell(nation, unit=top, tree=tree)
        assert found == await explained(nation, unit=top, tree=tree)
        assert (found["coverage"]["counted"], found["coverage"]["expected"]) == counted


@pytest.mark.asyncio
async def test_unit_that_stands_nowhere_has_nothing_to_answer_for(
    plans: PlansOffice, office: Callable[[str], Office], accepted: Any, clock: SetClock
) -> None:
    await plans.issue(a_plan())
    await accepted("593", premises(2))
    clock.set(at("2025-07-02"))

    found = await cell(office("68"), unit="68")

    assert (found["verdict"], found["coverage"]["expected"]) == ("no_data", 0)
