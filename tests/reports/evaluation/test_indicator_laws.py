"""Laws of indicators over random trees, rules, histories and instants, and the second evaluator's opinion."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.reports.evaluation.evidence import Basis
from services.reports.evaluation.history import Fact, FactKind
from services.reports.evaluation.indicator import Answer
from services.reports.evaluation.measures import Indicator, Ratio, Target
from tests.reports.evaluation.histories import EXAMPLES, FOREVER, GRID, fact, histories, instants
from tests.reports.evaluation.worlds import START, World
from tests.reports.reference import END_OF, Reference, Row

ELEMENTS = ("n", "d")
PERIODS = tuple(key for key in END_OF if not key[5:].isdigit() or int(key[5:]) <= 3)

both = st.fixed_dictionaries({code: st.integers(0, 3) for code in ELEMENTS})
some = st.dictionaries(st.sampled_from(ELEMENTS), st.integers(0, 3))
sheets = st.fixed_dictionaries(dict.fromkeys((1, 2, 3), st.tuples(both | both | both | some, st.booleans())))
kinds = st.fixed_dictionaries({code: st.sampled_from(("flow", "stock", "cumulative", "distinct")) for code in ELEMENTS})
early, late = st.sampled_from(GRID[:12]), st.sampled_from(GRID[12:]) | st.sampled_from(GRID[12:]) | instants


@st.composite
def simple_histories(draw: st.DrawFn, steps: Sequence[int] = (3, 3, 3, 2, 1)) -> tuple[Fact, ...]:
    """Draw a report that came and was perhaps accepted: random histories seldom get as far."""
    opened = fact(FactKind.OPENED, START, due_at=draw(instants | instants | st.none()))
    sent = fact(FactKind.SUBMITTED, draw(early), version=1, revision=2)
    accepted = fact(FactKind.ACCEPTED, draw(early), version=1, revision=3)
    return (opened, sent, accepted)[: draw(st.sampled_from(steps))]


def obligations(
    unit: st.SearchStrategy[int], period: st.SearchStrategy[str], facts: st.SearchStrategy[tuple[Fact, ...]]
) -> st.SearchStrategy[Row]:
    return st.builds(
        Row,
        unit=unit,
        period=period,
        elements=st.sampled_from((*[{"n", "d"}] * 9, {"n"}, {"d"}, set())).map(frozenset),
        requested=st.sampled_from((False, False, False, True)),
        reminder=st.just(0),
        facts=facts,
        sheets=sheets,
    )


@st.composite
def worlds(draw: st.DrawFn) -> list[Row]:
    """Draw two units that owe the year, of which every other one is silent, and reports of any period and unit."""
    silent_or_not = simple_histories((1, 3))
    drawn = [draw(obligations(st.just(unit), st.just("2025"), silent_or_not)) for unit in (0, 1)]
    any_history = st.one_of(simple_histories(), simple_histories(), histories())
    others = obligations(st.integers(0, 2), st.sampled_from(PERIODS), any_history)
    return drawn + draw(st.lists(others, min_size=2, max_size=8))


bases = st.sampled_from(Basis)
known = st.just(FOREVER) | st.just(FOREVER) | instants
periods = st.sampled_from(("2025", "2025", "2025", "2025-9M", "2025-H1", "2025-Q1"))


def a_world(drawn: Sequence[Row], kinds: dict[str, str]) -> World:
    world = World(**kinds)
    for row in drawn:
        number = world.owe(row.unit, row.period, elements=row.elements, requested=row.requested, facts=row.facts)
        for version, (stated, nil) in row.sheets.items():
            world.figures.add(world.duties[number], version, stated, nil=nil)
    return world


def ratio(at_least: int = 50, *, if_any: bool = False) -> Indicator:
    return Indicator(Ratio(("n",), ("d",), Target(at_least=at_least)), if_any=if_any)


def summary(found: Answer) -> tuple[object, ...]:
    return found.value.n, found.value.d, found.expected, found.counted, found.verdict, found.reason


@EXAMPLES
@given(worlds(), kinds, periods, bases, late, instants | st.just(FOREVER), st.sampled_from((0, 50, 100)), st.booleans())
def test_columns_and_the_second_evaluator_agree_on_value_coverage_and_verdict(
    drawn: list[Row],
    kinds: dict[str, str],
    period: str,
    basis: Basis,
    t: int,
    known_at: int,
    at_least: int,
    if_any: bool,
) -> None:
    found = a_world(drawn, kinds).ask(
        ratio(at_least, if_any=if_any), period=period, t=t, known_at=known_at, basis=basis
    )

    reference = Reference(drawn, kinds, t, known_at, basis.value)
    assert summary(found) == reference.ratio({0, 1, 2}, period, n="n", d="d", at_least=at_least, if_any=if_any)


@EXAMPLES
@given(st.data(), worlds(), kinds, periods, bases, late)
def test_answer_never_changes_by_later_or_back_dated_facts(
    data: st.DataObject, drawn: list[Row], kinds: dict[str, str], period: str, basis: Basis, t: int
) -> None:
    world = a_world(drawn, kinds)
    last = max((one for row in drawn for one in row.facts), key=lambda one: (one.recorded_at, one.revision))
    before = summary(world.ask(ratio(), period=period, t=t, known_at=last.recorded_at, basis=basis))

    for number in range(len(drawn)):
        world.record(number, data.draw(histories(after=last)))

    assert summary(world.ask(ratio(), period=period, t=t, known_at=last.recorded_at, basis=basis)) == before


@EXAMPLES
@given(worlds(), kinds, periods, bases, late)
def test_sum_over_units_is_the_sum_of_its_parts(
    drawn: list[Row], kinds: dict[str, str], period: str, basis: Basis, t: int
) -> None:
    world = a_world(drawn, kinds)
    whole = world.ask(ratio(), period=period, t=t, basis=basis)
    parts = [world.ask(ratio(), period=period, t=t, basis=basis, units=[unit]) for unit in range(3)]

    for side in ("n", "d"):
        known = [figure for part in parts if (figure := getattr(part.value, side)) is not None]
        assert getattr(whole.value, side) == (sum(known) if known else None)
    assert whole.expected == sum(part.expected for part in parts)
    assert whole.counted == sum(part.counted for part in parts)


@EXAMPLES
@given(worlds(), periods, bases, late)
def test_distinct_figures_are_always_those_of_one_report_of_each_unit(
    drawn: list[Row], period: str, basis: Basis, t: int
) -> None:
    world = a_world(drawn, {"n": "distinct", "d": "distinct"})

    for part in world.ask(ratio(), period=period, t=t, basis=basis).contributions:
        assert len({report.period for report in part.used}) <= 1


@EXAMPLES
@given(worlds(), kinds, periods, bases, late)
def test_unknown_stays_unknown_whoever_reports_besides(
    drawn: list[Row], kinds: dict[str, str], period: str, basis: Basis, t: int
) -> None:
    silent = [Row(**{**vars(row), "sheets": dict.fromkeys(row.sheets, ({"n": 1}, False))}) for row in drawn]

    found = a_world(silent, kinds).ask(ratio(), period=period, t=t, basis=basis)

    assert found.value.d is None
    assert found.verdict == "no_data"
