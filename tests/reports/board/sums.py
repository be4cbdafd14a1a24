"""A plan that promises sums of every kind, what may happen to them, and both ways in which they are judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from hypothesis import strategies as st

from contracts.plan import Plan
from contracts.unit import Placement, UnitRecord
from kernel.clock import from_micros, legal_day, to_micros
from services.reports.board.cells import NAMED
from services.reports.board.judged import Judged, Viewpoint
from services.reports.board.memory import Memory
from services.reports.board.promised import Promised
from services.reports.board.promised_now import cells_now, cells_then
from services.reports.board.shapes import unit_name
from services.reports.board.territory import whole_tree
from services.reports.evaluation.evidence import Basis
from services.reports.evaluation.indicator import Answer
from tests.plans_told import MERGER, units_changed
from tests.reports.acts import DAYS, Act, decide, enter, move_clock
from tests.reports.board.promises import GROWTH, POSTS, measured
from tests.reports.builders import (
    DISTRICTS,
    FRONT,
    HALF_YEAR,
    NINE_MONTHS,
    POLICE,
    QUARTER,
    SINCE,
    UNIT,
    YEAR,
    a_plan,
    an_indicator,
)
from tests.reports.office import cover
from tests.reports.told import IN_TIME, OWN_BOOKS
from tests.reports.world import World

RULES = [QUARTER, HALF_YEAR, NINE_MONTHS, YEAR, POLICE, FRONT]
DUTIES = [
    *(("r1-quarter", f"2025-Q{number}", unit) for number in (2, 3, 4) for unit in DISTRICTS),
    *(
        (rule, period, unit)
        for rule, period in (("r1-half-year", "2025-H1"), ("r1-year", "2025"))
        for unit in DISTRICTS
    ),
    ("r1-nine-months", "2025-9M", "593"),
    ("r2-half-year", "2025-H1", "60.CA"),
    ("r3-quarter", "2025-Q2", "60.MTTQ"),
]
TOPS = ("VN", "60", "593", "60.CA", "68", "22945")


def share(n: str, d: str, at_least: int = 50) -> dict[str, Any]:
    """Return the measure of a share."""
    return {"measure": "ratio", "numerator": [n], "denominator": [d], "target": {"at_least": at_least}}


COUNT = {"measure": "count", "value": ["activities.held"], "target": {"at_least": 6}}
INDICATORS = [
    an_indicator("premises.share"),
    measured("inspected", share("premises.inspected", "premises.total", 20), period="half_year"),
    measured("activities", COUNT, period="quarter"),
    measured("growth", GROWTH | {"baseline_value": 3}),
    measured("funding", share("funding.disbursed", "premises.total"), if_any=True),
    measured("offences", share("activities.held", "offences.handled"), period="half_year"),
    measured("mixed", {"measure": "count", "value": ["activities.held", "premises.total"]}),
    measured("posts", POSTS, period="quarter"),
    IN_TIME,
]


def a_plan_of_sums() -> Plan:
    """Return a plan with sums of flows, stocks and persons, and with promises that sums do not decide."""
    plan = a_plan()
    elements = [*(one.model_dump(mode="json") for one in plan.elements), *OWN_BOOKS]
    return a_plan(rules=RULES, indicators=INDICATORS, elements=elements)


FIGURES = st.dictionaries(
    st.sampled_from(["activities.held", "premises.total", "premises.inspected", "funding.disbursed"]),
    st.integers(0, 5),
)
FULL = st.fixed_dictionaries(
    {"activities.held": st.integers(0, 5), "premises.total": st.integers(1, 5), "premises.inspected": st.integers(0, 5)}
)


def send(duty: tuple[str, str, str], figures: Mapping[str, int], outcome: str) -> Act:
    """Send a report, or correct the one that was sent; without figures it confirms that nothing happened."""
    rule, period, unit = duty
    stated = {**figures, "offences.handled": 2} if unit == "60.CA" and figures else figures

    async def act(world: World) -> None:
        sent = await world.nation.report(cover(rule, period, stated), unit=unit)
        path = world.sent.get(duty)
        if sent.status_code == 201:
            path = world.sent[duty] = f"/v1/reports/{sent.json()['report_id']}"
        elif path is not None:
            await world.nation.create(f"{path}/versions", {"covers": [cover(rule, period, stated)]})
        if path is not None and outcome != "wait":
            body = {"reason": "Thiếu số liệu"} if outcome == "return" else {}
            await world.nation.review(path, outcome, **body)

    return act


def reword(at_least: int, effective: int) -> Act:
    """Give indicators other thresholds and other words, at once or on a later day."""

    async def act(world: World) -> None:
        changed = [
            an_indicator("premises.share", measure=share("premises.inspected", "premises.total", at_least)),
            measured("activities", {**COUNT, "value": ["premises.total"]}, period="quarter"),
            measured("funding", {"measure": "count", "value": ["funding.disbursed"]}),
        ]
        codes = {one["code"]: one for one in changed}
        indicators = [codes.get(one["code"], one) for one in INDICATORS]
        day = date(2025, effective, 1) if effective else world.clock.now().date()
        world.plan = await world.plans.amend(world.plan, indicators=indicators, effective_on=day.isoformat())

    return act


def move_unit(day: date) -> Act:
    """Have a city stand under another province from a day on."""

    async def act(world: World) -> None:
        places = (
            Placement(parent_id=UNIT["60"], valid_from=SINCE, valid_until=day),
            Placement(parent_id=UNIT["38"], valid_from=day, valid_until=MERGER),
        )
        told = UnitRecord(
            unit_id=UNIT["593"],
            code="593",
            name="Thành phố Phan Thiết",
            kind="district",
            valid_from=SINCE,
            valid_until=MERGER,
            placements=places,
        )
        await world.plans.tell(units_changed(f"Nghị quyết {day}", (told,)))

    return act


ROWS = st.sampled_from(DUTIES)
OUTCOMES = st.sampled_from(["accept", "accept", "wait", "return"])
SENDING = st.builds(send, ROWS, FULL | FULL | FIGURES, OUTCOMES)
ACTS = st.one_of(
    SENDING,
    SENDING,
    SENDING,
    st.builds(lambda duty, figures, days: enter(duty[2], duty[:2], figures, days), ROWS, FULL, st.integers(0, 60)),
    st.builds(
        lambda duty, verb, days: decide(duty[2], duty[:2], verb, days),
        ROWS,
        st.sampled_from(["excuse", "extension"]),
        st.integers(0, 90),
    ),
    st.builds(move_clock, DAYS),
    st.builds(reword, st.sampled_from([0, 50, 100]), st.sampled_from([0, 0, 7, 10])),
    st.builds(move_unit, st.sampled_from([date(2025, 5, 20), date(2025, 6, 20)])),
)


def viewpoints(world: World, t: int, known_at: int, tops: Iterable[str] = TOPS) -> Iterator[Viewpoint]:
    """Yield every basis, tree and unit from where the plan may be looked at."""
    for basis in Basis:
        for top in tops:
            yield Viewpoint(world.plan.slug, UNIT[top], t, known_at, basis, "then")
            yield Viewpoint(world.plan.slug, UNIT[top], t, known_at, basis, "now")


def memory_of(world: World) -> Memory:
    """Return the memory of the board."""
    memory: Memory = world.plans.service.board._memory  # type: ignore[attr-defined] # it is that of reports
    return memory


def present(world: World) -> tuple[int, int]:
    """Return the instant of a question about the present, and what is known at it."""
    at = memory_of(world).at
    assert at is not None
    return max(to_micros(world.clock.now()), to_micros(at.recorded_at)), to_micros(at.recorded_at)


def assert_equal(memory: Memory, asked: Viewpoint, *, is_now: bool) -> set[str]:
    """Compare what sums say with what reports say one by one; return which indicators sums decide."""
    judged = Judged.at(memory, asked)
    if judged is None:
        return set()
    cells = (cells_now if is_now else cells_then)(memory, asked, judged.plan)
    assert cells is not None
    decided = set()
    for indicator, period, expected in judged.all():
        found = cells.find(indicator, period)
        if found is not None:
            decided.add(indicator.code)
            assert found[1] == as_sum(memory, expected), (indicator.code, period.key, asked)
    return decided


def as_sum(memory: Memory, found: Answer) -> Answer:
    """Return an answer without what it rests on, and with the first of those that are missing, by code."""
    names = {one: unit_name(memory, memory.owed.units[one]) for one in found.missing}
    missing = sorted(found.missing, key=lambda one: (names[one].code, names[one].id))[:NAMED]
    return replace(found, missing=tuple(missing), contributions=())


def ask_now(memory: Memory, asked: Viewpoint) -> Judged | None:
    """Have what is kept of the present moved to an instant; return what it is compared with, if any."""
    judged = Judged.at(memory, asked)
    if judged is not None:
        cells_now(memory, asked, judged.plan)
    return judged


def assert_as_made_anew(memory: Memory, asked: Viewpoint) -> None:
    """Compare what is kept of the present with what is made for it."""
    judged = ask_now(memory, asked)
    if judged is None:
        return
    kept: Promised = memory.kept[asked.plan, asked.basis, asked.tree].what.promised
    layout = whole_tree(memory, asked.plan, asked.tree, legal_day(from_micros(asked.t)))
    anew = Promised(memory, asked, judged.plan, layout)
    for name in ("figures", "masks", "about", "row", "packed"):
        np.testing.assert_array_equal(getattr(kept.ratios.lines, name), getattr(anew.ratios.lines, name), name)
    np.testing.assert_array_equal(kept.ratios.sums, anew.ratios.sums)
    np.testing.assert_array_equal(kept.ratios.rulings, anew.ratios.rulings)
