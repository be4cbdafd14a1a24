"""Which alarms an obligation gives cause for, and that the instants of its looks miss none of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.reports.domain.alarm import DAY, AlarmKind, Fallen, Terms, fallen, next_look
from services.reports.evaluation.history import NEVER, Fact, FactKind, fold
from services.reports.evaluation.status import status_at
from tests.reports.evaluation.histories import EXAMPLES, GRID, histories
from tests.reports.reference import Row, see

TERMS = Terms(reminder=7 * DAY, escalation=(3 * DAY, 7 * DAY, 14 * DAY))
MOMENTS = sorted({grid + around + days * DAY for grid in GRID for around in (-1, 0, 1) for days in (-7, 0, 3, 7, 14)})
"""Every instant at which anything can happen to these histories, or fall due."""


def looked(facts: tuple[Fact, ...], t: int) -> tuple[list[Fallen], int | None]:
    """Return what has fallen due by an instant, and when to look again."""
    standing = fold(facts, t, NEVER)
    status = status_at(standing, t, reminder=TERMS.reminder, requested=False)
    return list(fallen(status, standing, TERMS, t)), next_look(status, standing, facts, TERMS, t)


def expected(facts: tuple[Fact, ...], t: int) -> list[Fallen]:
    """Return what is to be told at an instant, from the rules."""
    row = Row(0, "2025", frozenset(), requested=False, reminder=TERMS.reminder, facts=facts, sheets={})
    seen = see(row, t, NEVER)
    if seen.status == "due_soon":
        return [Fallen(AlarmKind.DUE_SOON, (seen.due or 0) - TERMS.reminder)]
    if seen.status != "overdue":
        return []
    happened = sorted((f for f in facts if f.occurred_at <= t), key=lambda f: (f.occurred_at, f.revision, f.ordinal))
    mended = [f.correction_due_at or 0 for f in happened if f.kind is FactKind.RETURNED]
    has_come = any(f.kind is FactKind.SUBMITTED for f in happened)
    since = max(seen.due or 0, mended[-1]) if has_come and mended else seen.due or 0
    steps = [Fallen(AlarmKind.ESCALATED, since + after, step) for step, after in enumerate(TERMS.escalation, 1)]
    return [Fallen(AlarmKind.OVERDUE, since), *(step for step in steps if step.fell_at <= t)]


@EXAMPLES
@given(facts=histories(), t=st.sampled_from(MOMENTS))
def test_what_falls_due_is_what_the_rules_say(facts: tuple[Fact, ...], t: int) -> None:
    assert looked(facts, t)[0] == expected(facts, t)


@EXAMPLES
@given(facts=histories(), away=st.sets(st.sampled_from(MOMENTS), max_size=40))
def test_who_looks_when_told_to_misses_nothing_that_somebody_sees_who_always_looks(
    facts: tuple[Fact, ...], away: set[int]
) -> None:
    raised: set[Fallen] = set()
    seen: set[Fallen] = set()
    next_at: int | None = MOMENTS[0]
    for t in MOMENTS:
        if t in away:
            continue
        seen |= set(expected(facts, t))
        if next_at is not None and next_at <= t:
            found, next_at = looked(facts, t)
            raised |= set(found)

    assert raised == seen


@EXAMPLES
@given(facts=histories(), t=st.sampled_from(MOMENTS))
def test_the_next_look_is_always_later(facts: tuple[Fact, ...], t: int) -> None:
    next_at = looked(facts, t)[1]

    assert next_at is None or next_at > t
