"""Laws of indicators over random trees, rules, histories and instants, and the second evaluator's opinion."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.reports.evaluation.evidence import Basis
from services.reports.evaluation.indicator import Answer
from services.reports.evaluation.measures import Indicator, Ratio, Target
from tests.reports.evaluation.drawn import a_world, kinds, late, worlds
from tests.reports.evaluation.histories import EXAMPLES, FOREVER, histories, instants
from tests.reports.reference import Reference, Row

bases = st.sampled_from(Basis)
known = st.just(FOREVER) | st.just(FOREVER) | instants
periods = st.sampled_from(("2025", "2025", "2025", "2025-9M", "2025-H1", "2025-Q1"))


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
