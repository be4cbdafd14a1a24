"""Histories of obligations for tests: single facts by hand, and random ones that meet on the same instants."""

from __future__ import annotations

import os
import random
from datetime import date

from hypothesis import settings
from hypothesis import strategies as st

from kernel.clock import start_of, to_micros
from services.reports.evaluation.history import Fact, FactKind

EXAMPLES = settings(max_examples=int(os.environ.get("LANHMANH_TEST_EXAMPLES", "60")), deadline=None)
"""A few seconds in `make test`; a soak raises the number."""

FOREVER = 2**62
DAY = 24 * 3600 * 1_000_000


def instant(day: date) -> int:
    """Return the first microsecond of a legal day."""
    return to_micros(start_of(day))


def fact(
    kind: FactKind,
    occurred_at: int,
    *,
    revision: int = 1,
    recorded_at: int | None = None,
    due_at: int | None = None,
    version: int | None = None,
    correction_due_at: int | None = None,
) -> Fact:
    """Return a fact that was written down at once, unless said otherwise."""
    return Fact(
        kind=kind,
        occurred_at=occurred_at,
        recorded_at=occurred_at if recorded_at is None else recorded_at,
        revision=revision,
        due_at=due_at,
        version=version,
        correction_due_at=correction_due_at,
    )


GRID = tuple(sorted(instant(date(2025, number, day)) for number in range(1, 13) for day in (14, 15)))
"""Few instants, so that facts, due days, ends of periods and questions often fall together."""

instants = st.builds(int.__add__, st.sampled_from(GRID), st.sampled_from((0, 0, 0, -1, 1)))

_KINDS = (
    *(FactKind.OPENED, FactKind.DUE_MOVED, FactKind.DUE_SET, FactKind.EXCUSED, FactKind.EXCUSE_LIFTED),
    *(FactKind.SUBMITTED, FactKind.SUBMITTED, FactKind.SUBMITTED, FactKind.RETURNED, FactKind.RETURNED),
    *(FactKind.ACCEPTED, FactKind.ACCEPTED, FactKind.DROPPED),
)


@st.composite
def histories(draw: st.DrawFn, *, after: Fact | None = None) -> tuple[Fact, ...]:
    """Draw what happened to one obligation, in the order of writing; the clock may step back, `recorded_at` never.

    `after` is the last fact that was written before.
    """
    facts: list[Fact] = []
    revision = after.revision if after else 0
    recorded_at = after.recorded_at if after else 0
    for _ in range(draw(st.integers(1, 4))):
        revision += 1
        recorded_at = max(draw(instants), recorded_at + 1)
        kinds = draw(st.lists(st.sampled_from(_KINDS), min_size=1, max_size=3))
        if after is None and revision == 1:
            kinds.insert(0, FactKind.OPENED)
        for ordinal, kind in enumerate(kinds):
            facts.append(draw(_facts(kind, recorded_at=recorded_at, revision=revision, ordinal=ordinal)))
    return tuple(facts)


@st.composite
def _facts(draw: st.DrawFn, kind: FactKind, *, recorded_at: int, revision: int, ordinal: int) -> Fact:
    is_due = kind in {FactKind.OPENED, FactKind.DUE_MOVED}
    is_of_version = kind in {FactKind.SUBMITTED, FactKind.RETURNED, FactKind.ACCEPTED}
    return Fact(
        kind=kind,
        occurred_at=draw(instants),
        recorded_at=recorded_at,
        revision=revision,
        ordinal=ordinal,
        due_at=draw(instants) if kind is FactKind.DUE_SET else draw(st.none() | instants) if is_due else None,
        version=draw(st.integers(1, 3)) if is_of_version else None,
        correction_due_at=draw(st.sampled_from(GRID)) if kind is FactKind.RETURNED else None,
    )


def a_history(dice: random.Random) -> tuple[Fact, ...]:
    """Throw dice for what happened to one obligation: as `histories` draws it, and a hundred times as fast."""

    def hour() -> int:
        return dice.choice(GRID) + dice.choice((0, 0, 0, -1, 1))

    facts: list[Fact] = []
    recorded_at = 0
    for revision in range(1, dice.randint(2, 5)):
        recorded_at = max(hour(), recorded_at + 1)
        kinds = [FactKind.OPENED] if revision == 1 else []
        for ordinal, kind in enumerate([*kinds, *dice.choices(_KINDS, k=dice.randint(0 if kinds else 1, 3))]):
            is_due = kind in {FactKind.OPENED, FactKind.DUE_MOVED, FactKind.DUE_SET}
            is_undated = kind is not FactKind.DUE_SET and dice.random() < 0.2
            is_of_version = kind in {FactKind.SUBMITTED, FactKind.RETURNED, FactKind.ACCEPTED}
            at = recorded_at if dice.random() < 0.5 else hour()
            facts.append(
                Fact(
                    kind=kind,
                    occurred_at=at,
                    recorded_at=recorded_at,
                    revision=revision,
                    ordinal=ordinal,
                    due_at=hour() if is_due and not is_undated else None,
                    version=dice.choice((1, 1, 1, 2, 3)) if is_of_version else None,
                    correction_due_at=dice.choice(GRID) if kind is FactKind.RETURNED else None,
                )
            )
    return tuple(facts)
