"""Laws of the counting and of the protection, over random histories."""

from __future__ import annotations

import os
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.calendar.period import CutOff, DaySpan, parse_period
from services.referrals.disclosure.counting import Counted, Decision, NeedHistory, count
from services.referrals.disclosure.protection import Published, find_overlap, protect
from tests.referrals.reference import Need, slow_count

EXAMPLES = int(os.environ.get("LANHMANH_TEST_EXAMPLES", "200"))
PERIODS = [
    span
    for key in ("2025", "2025-H1", "2025-H2", "2025-Q1", "2025-Q2", "2025-06", "2024-2025")
    if (span := parse_period(key).days(CutOff.DECREE_09)) is not None
]

periods = st.sampled_from(PERIODS)
# Around the bounds of periods, so that each is met often.
days = st.one_of(
    st.dates(date(2024, 1, 1), date(2026, 2, 1)),
    st.builds(lambda span, step: span.starts_on + timedelta(days=step), periods, st.integers(-1, 1)),
)


@st.composite
def needs(draw: st.DrawFn) -> Need:
    decided = sorted(draw(st.lists(days, max_size=4)))
    answers = draw(st.lists(st.booleans(), min_size=len(decided), max_size=len(decided)))
    return Need(list(zip(decided, answers, strict=True)), draw(st.lists(days, max_size=2)))


worlds = st.lists(st.lists(needs(), max_size=3), max_size=8)


def histories(persons: list[list[Need]]) -> list[NeedHistory]:
    return [
        NeedHistory(UUID(int=number), tuple(Decision(*one) for one in need.decided), tuple(need.delivered))
        for number, own in enumerate(persons)
        for need in own
    ]


@given(worlds, periods)
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_count_agrees_with_a_slow_one(persons: list[list[Need]], period: DaySpan) -> None:
    counted = count(histories(persons), period)

    assert (len(counted.eligible), len(counted.served)) == slow_count(persons, period)
    assert counted.served <= counted.eligible


@given(worlds, periods)
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_order_of_needs_and_a_need_stated_twice_change_nothing(persons: list[list[Need]], period: DaySpan) -> None:
    all_needs = histories(persons)

    assert count([*reversed(all_needs), *all_needs], period) == count(all_needs, period)


sizes = st.integers(0, 30)


@given(sizes, sizes, st.integers(1, 12))
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_published_pair_has_no_small_cell_and_nothing_else_is_withheld(
    served: int, unserved: int, smallest: int
) -> None:
    persons = [UUID(int=number) for number in range(served + unserved)]

    figures = protect(Counted(frozenset(persons), frozenset(persons[:served])), smallest)

    may_be_told = served + unserved >= smallest and all(cell == 0 or cell >= smallest for cell in (served, unserved))
    assert (figures is not None) == may_be_told
    if figures is not None:
        assert (figures.eligible, figures.served) == (served + unserved, served)


wishes = st.lists(st.tuples(periods, st.frozensets(st.integers(0, 12), max_size=8)), max_size=12)


@given(wishes)
@settings(max_examples=EXAMPLES, deadline=None)
def test_no_two_published_releases_share_a_person_and_a_day(wished: list[tuple[DaySpan, frozenset[int]]]) -> None:
    published: list[Published] = []
    for number, (period, whom) in enumerate(wished):
        counted = Counted(frozenset(UUID(int=one) for one in whom), frozenset())
        named = find_overlap(counted, period, published)
        sharing = {
            one.release_id for one in published if one.persons & counted.eligible and _days(one.period) & _days(period)
        }
        assert (named in sharing) if sharing else (named is None)
        if named is None:
            published.append(Published(UUID(int=1000 + number), period, counted.eligible))


def _days(period: DaySpan) -> set[date]:
    return {period.starts_on + timedelta(days=number) for number in range((period.until - period.starts_on).days)}
