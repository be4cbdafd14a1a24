"""How tips stand and what they add up to, over random histories: the second evaluator's opinion, and laws."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import product
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.calendar.period import CutOff, parse_period
from services.reports.evaluation.evidence import ends_at, starts_at
from services.reports.evaluation.tips import TipFact, TipFactKind, Tips, TipsFigures, TipStanding
from tests.reports.evaluation.histories import EXAMPLES, FOREVER, instants
from tests.reports.reference import END_OF, ToldTip, tip_stands, tips_counted

UNITS = 3
subtrees = st.sets(st.integers(0, UNITS - 1))
periods = st.sampled_from(sorted(END_OF))


@st.composite
def told_tips(draw: st.DrawFn, *, recorded_after: int = 0) -> list[tuple[int, ToldTip]]:
    """Draw tips with the order in which facts on them were written down, as one list of (number, tip with one fact).

    Facts are back-dated or yet to occur, the clock may step back, `recorded_at` never; several facts of one
    transaction have one `recorded_at`.
    """
    known = draw(st.lists(st.tuples(st.integers(0, UNITS - 1), instants), min_size=1, max_size=5))
    recorded_at, written = recorded_after, []
    for _ in range(draw(st.integers(0, 6))):
        recorded_at = max(draw(instants), recorded_at + 1)
        for number in draw(st.lists(st.integers(0, len(known) - 1), min_size=1, max_size=4)):
            unit, received_at = known[number]
            written.append((number, ToldTip(unit, received_at, (draw(facts(recorded_at)),))))
    return written


@st.composite
def facts(draw: st.DrawFn, recorded_at: int) -> TipFact:
    kind = draw(st.sampled_from(TipFactKind))
    return TipFact(
        kind=kind,
        occurred_at=draw(instants),
        recorded_at=recorded_at,
        late=draw(st.booleans()),
        handled_at=draw(instants) if kind is TipFactKind.CLOSED else None,
    )


def gathered(written: list[tuple[int, ToldTip]]) -> list[ToldTip]:
    """Return each tip with all its facts."""
    found: dict[int, ToldTip] = {}
    for number, tip in written:
        before = found.get(number, ToldTip(tip.unit, tip.received_at, ()))
        found[number] = ToldTip(tip.unit, tip.received_at, before.facts + tip.facts)
    return list(found.values())


def entered(written: list[tuple[int, ToldTip]], into: Tips | None = None, *, first: int = 0) -> Tips:
    tips = Tips() if into is None else into
    for number, tip in written:
        for fact in tip.facts:
            tips.record(UUID(int=first + number), tip.unit, tip.received_at, fact)
    return tips


def ask(tips: Tips, units: set[int], period: str, t: int, known_at: int) -> TipsFigures | None:
    within = np.isin(np.arange(UNITS), list(units))
    asked = parse_period(period)
    days = starts_at(asked, CutOff.DECREE_09), ends_at(asked, CutOff.DECREE_09)
    return tips.figures(within, days, t, known_at)


@EXAMPLES
@given(told_tips(), instants, instants | st.just(FOREVER))
def test_fast_and_slow_count_alike(written: list[tuple[int, ToldTip]], t: int, known_at: int) -> None:
    tips, slow = entered(written), gathered(written)

    for period, units in product(END_OF, ({0}, {1, 2})):
        found = ask(tips, units, period, t, known_at)
        assert (None if found is None else asdict(found)) == tips_counted(slow, units, period, t, known_at)


@EXAMPLES
@given(told_tips(), instants, instants | st.just(FOREVER))
def test_the_standings_are_those_of_the_tips_one_by_one(
    written: list[tuple[int, ToldTip]], t: int, known_at: int
) -> None:
    found = entered(written).standings(t, known_at)

    slow = [tip_stands(tip, t, known_at) for tip in gathered(written)]
    assert [TipStanding(standing).name.lower() for standing in found.tolist()] == slow


@EXAMPLES
@given(st.data(), told_tips(), subtrees, periods, instants)
def test_an_answer_never_changes_by_what_is_recorded_later(
    data: st.DataObject, written: list[tuple[int, ToldTip]], units: set[int], period: str, t: int
) -> None:
    tips = entered(written)
    known_at = max((tip.facts[0].recorded_at for _, tip in written), default=0)
    before = ask(tips, units, period, t, known_at)

    # More of the same tips, and other tips.
    later = data.draw(told_tips(recorded_after=known_at))
    same = dict(written)
    entered([(number, replace(same[number], facts=tip.facts)) for number, tip in later if number in same], tips)
    entered(later, tips, first=100)

    assert ask(tips, units, period, t, known_at) == before


@EXAMPLES
@given(told_tips(), instants)
def test_the_figures_add_up_to_the_tips_that_were_received(written: list[tuple[int, ToldTip]], t: int) -> None:
    found = ask(entered(written), set(range(UNITS)), "2025", t, FOREVER)

    year = parse_period("2025")
    begins, ends = starts_at(year, CutOff.DECREE_09), ends_at(year, CutOff.DECREE_09)
    received = [tip for tip in gathered(written) if begins <= tip.received_at < ends and tip.received_at <= t]
    assert sum(asdict(found).values() if found else ()) == len(received)


@EXAMPLES
@given(told_tips(), instants, instants | st.just(FOREVER))
def test_between_two_boundaries_nothing_changes(written: list[tuple[int, ToldTip]], t: int, known_at: int) -> None:
    tips = entered(written)
    since, until = tips.boundaries.around(t)

    for same in (t if since is None else since, t if until is None else until - 1):
        assert tips.standings(same, known_at).tolist() == tips.standings(t, known_at).tolist()


def test_a_closed_tip_was_handled_at_some_instant() -> None:
    with pytest.raises(ValueError, match="CLOSED"):
        TipFact(TipFactKind.CLOSED, 1, 1, late=False)


def test_without_tips_there_is_no_standing_and_no_figure() -> None:
    assert Tips().standings(FOREVER, FOREVER).tolist() == []
    assert ask(Tips(), {0}, "2025", FOREVER, FOREVER) is None
