"""Units that owe reports of 2025, drawn at random: what they are asked for, what they sent, and how it was taken."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from services.reports.evaluation.history import Fact, FactKind
from tests.reports.evaluation.histories import GRID, fact, histories, instants
from tests.reports.evaluation.worlds import START, World
from tests.reports.reference import END_OF, Row

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


def a_world(drawn: Sequence[Row], kinds: dict[str, str]) -> World:
    world = World(**kinds)
    for row in drawn:
        number = world.owe(row.unit, row.period, elements=row.elements, requested=row.requested, facts=row.facts)
        for version, (stated, nil) in row.sheets.items():
            world.figures.add(world.duties[number], version, stated, nil=nil)
    return world
