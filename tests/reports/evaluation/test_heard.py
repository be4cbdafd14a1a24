"""What is read of all units at once is what is read of each by itself, report by report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.calendar.period import months, parse_period
from services.reports.evaluation.alike import Alike, Owing, lines_alike, owing_alike
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.evidence import Basis, Evidence, Used, reports_of
from services.reports.evaluation.heard import Heard
from services.reports.evaluation.history import NO_VERSION
from services.reports.evaluation.lines import Lines, Mark
from services.reports.evaluation.ratio_kernels import write
from services.reports.evaluation.said import Promise, Sides, changes_of, fits, lines_of
from tests.reports.evaluation.drawn import ELEMENTS, PERIODS, a_world, kinds, late, obligations, simple_histories
from tests.reports.evaluation.histories import EXAMPLES, FOREVER, histories, instants
from tests.reports.evaluation.worlds import World
from tests.reports.reference import Row

PROMISES = (
    Promise(0, 2025, Sides(("n",), ("d",))),
    Promise(1, 2025, Sides(("d",))),
    Promise(2, 2025, Sides(("n",), ("n", "d"))),
)
UNITS = range(3)


@st.composite
def alike(draw: st.DrawFn) -> list[Row]:
    """Draw units that owe the same reports, mostly, and have sent what they have sent."""
    facts = st.one_of(simple_histories(), simple_histories(), histories())
    owed = draw(st.lists(obligations(st.just(0), st.sampled_from(PERIODS), facts), min_size=1, max_size=5))
    rows = list(owed)
    for unit in UNITS[1:]:
        sent = [draw(obligations(st.just(unit), st.just(one.period), facts)) for one in owed]
        own = draw(st.sampled_from((False, False, True)))
        for one, other in zip(owed, sent, strict=True):
            asked = other if own else one
            rows.append(Row(**{**vars(other), "elements": asked.elements, "requested": asked.requested}))
    return rows


@st.composite
def monthly(draw: st.DrawFn, rows: Sequence[Row]) -> list[tuple[int, str, dict[str, int]]]:
    """Draw for some reports the figures of single months, which may lack some."""
    found = []
    for number in draw(st.lists(st.integers(0, len(rows) - 1), max_size=3, unique=True)):
        of_month = [one.key for one in months(parse_period(rows[number].period))]
        entries = st.fixed_dictionaries(dict.fromkeys(of_month, st.integers(0, 3)))
        found.append((number, draw(st.sampled_from(ELEMENTS)), draw(entries | st.just({of_month[0]: 2}))))
    return found


def by_month(world: World, drawn: Sequence[tuple[int, str, dict[str, int]]]) -> World:
    """Have the fourth version of some reports say figures of months, and make it the one that is read."""
    for number, code, entries in drawn:
        world.report(number, {one: 1 for one in ELEMENTS if one != code}, by_month={code: entries}, version=4)
    return world


def read(world: World, evidence: Evidence) -> tuple[Lines, Lines]:
    """Return the lines of a world as they are read at once, and as they are read one by one."""
    rows, unit = np.arange(len(world.book), dtype=np.int32), world.book.columns.units_of_rows()
    standings = world.book.as_of(evidence.t, evidence.known_at)
    version = standings.accepted_version if evidence.basis is Basis.ACCEPTED else standings.live_version
    version = np.where(standings.flags & Flag.EXISTS, version, NO_VERSION).astype(np.int32)
    asks: dict[object, int] = {}
    tables = evidence.tables
    number = [asks.setdefault((tables.period(row), tables.form(row)), len(asks)) for row in rows.tolist()]
    held = [one for one in PROMISES if fits(one.sides, tables.elements, list(map(tables.form, rows.tolist())))]
    groups: list[Alike] = []
    for owing in owing_alike(rows, unit, np.array(number)):
        of_first = int(owing.units[0]), owing.rows[0].tolist()
        lines = [(promise, line) for promise in held for line in lines_of(*of_first, promise, evidence)]
        groups.append(Alike(owing, tuple(lines), groups[-1].end if groups else 0))
    at_once, one_by_one = lines_alike(groups), lines_alike(groups)
    for group in groups:
        heard = Heard.of(group.owing, version[group.owing.rows], evidence, ELEMENTS)
        for changes in heard.changes(group, held):
            assert write(at_once.figures, at_once.masks, changes)
        for place, reports in enumerate(reports_of(group.owing.units.tolist(), rows.tolist(), evidence)):
            of_unit = enumerate(group.lines, start=group.first_of(place))
            said = [change for at, (promise, line) in of_unit for change in changes_of(reports, at, line, promise)]
            assert write(one_by_one.figures, one_by_one.masks, np.array(said, np.int64).reshape(-1, 5))
    return at_once, one_by_one


@EXAMPLES
@given(st.data(), alike(), kinds, st.sampled_from(Basis), late, st.just(FOREVER) | instants)
def test_all_at_once_says_what_each_says(
    data: st.DataObject, rows: list[Row], kinds: dict[str, str], basis: Basis, t: int, known_at: int
) -> None:
    world = by_month(a_world(rows, kinds), data.draw(monthly(rows)))

    at_once, one_by_one = read(world, world.evidence(t, known_at, basis))

    np.testing.assert_array_equal(at_once.figures, one_by_one.figures)
    np.testing.assert_array_equal(at_once.masks[:, Mark.COMPLETE], one_by_one.masks[:, Mark.COMPLETE])


def test_units_that_owe_the_same_are_one_group() -> None:
    rows, unit = np.arange(6, dtype=np.int32), np.array([0, 1, 0, 1, 2, 2], np.int32)

    found = owing_alike(rows, unit, np.array([5, 5, 6, 6, 6, 5]))

    assert [(one.units.tolist(), one.rows.tolist()) for one in found] == [([0, 1], [[0, 2], [1, 3]]), ([2], [[4, 5]])]


@pytest.mark.parametrize("alike", [True, False])
def test_lines_lie_unit_by_unit_and_bear_their_own_rows(alike: bool) -> None:
    world = World(n="flow", d="flow")
    for unit in UNITS:
        world.owe(unit, "2025-Q1" if alike or unit != 1 else "2025-Q2")
        world.owe(unit, "2025")

    lines, _ = read(world, world.evidence(FOREVER, FOREVER, Basis.ACCEPTED))

    owner = [int(world.book.columns.unit(row)) for row in lines.row.tolist()]
    of_line = np.repeat(lines.about[:, 0], np.diff(lines.begins)).tolist()
    assert owner == of_line
    assert sorted(lines.about[:, :2].tolist()) == [[unit, promise] for unit in UNITS for promise in range(3)]


@pytest.mark.parametrize(
    ("periods", "figures"),
    [
        (("2025-Q1", "2025-H1", "2025-Q2"), (3, 4, None)),
        (("2025-Q1", "2025-H1", "2025-Q2"), (3, None, None)),
        (("2025-Q1", "2025-Q2", "2025-Q3"), (None, 4, None)),
        (("2025-Q1", "2025-Q2", "2025-Q2"), (3, 4, None)),
        (("2025-2025", "2025", "2026-01"), (3, 4, None)),
        (("2025", "2025-2025", "2026-01"), (3, 4, None)),
        (("2024-Q4", "2025-Q1", "2025-Q2"), (3, None, None)),
    ],
)
@pytest.mark.parametrize("kind", ["flow", "stock", "cumulative", "distinct"])
def test_after_a_nil_report_the_last_figure_holds_for_all_as_for_each(
    periods: Sequence[str], figures: Sequence[int | None], kind: str
) -> None:
    world = World(n=kind)
    for unit in UNITS:
        for period, figure in zip(periods, figures, strict=True):
            number = world.owe(unit, period)
            # The last unit leaves out what the others have sent.
            if unit != UNITS[-1] or figure is None:
                world.report(number, {} if figure is None else {"n": figure + unit}, nil=figure is None)
    evidence = world.evidence(FOREVER, FOREVER, Basis.ACCEPTED)
    rows = np.arange(len(world.book), dtype=np.int32).reshape(len(UNITS), -1)
    version = world.book.as_of(FOREVER, FOREVER).accepted_version[rows]

    heard = Heard.of(Owing(np.array(UNITS, np.int32), rows), version, evidence, ["n"])

    for unit, reports in enumerate(reports_of(UNITS, rows.reshape(-1).tolist(), evidence)):
        for place, row in enumerate(rows[unit].tolist()):
            used = Used(row, int(version[unit, place]), evidence.tables.period(row))
            found = reports.quantity(used, evidence.tables.elements["n"]).total if used.version else None
            said = int(heard.total[unit, place, 0]) if heard.known[unit, place, 0] else None
            assert said == found, (unit, place)
