"""Fold what happened to one obligation into how it stood at an instant, as far as it was known by then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.compiled import Integer, compiled

Instants = npt.NDArray[np.int64]
"""Microseconds UTC."""

NEVER = 2**63 - 1
"""An instant later than every other: an undated due day, a receipt that did not come."""

LONG_AGO = -(2**63)
"""An instant earlier than every other: a correction day that was never set."""

NO_VERSION = 0
"""Versions of a report count from 1."""


class FactKind(IntEnum):
    """What can happen to an obligation."""

    OPENED = 1
    """It is owed from here on, and again after it was dropped."""
    DUE_MOVED = 2
    """An amendment or a new calendar gives it another due day, unless the one in force has passed."""
    DUE_SET = 3
    """Its own due day is set or extended: no amendment moves that."""
    EXCUSED = 4
    EXCUSE_LIFTED = 5
    SUBMITTED = 6
    RETURNED = 7
    ACCEPTED = 8
    DROPPED = 9
    """An amendment no longer asks for it: without effect once something was received."""


_OF_A_VERSION = frozenset({FactKind.SUBMITTED, FactKind.RETURNED, FactKind.ACCEPTED})


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to an obligation, on both axes of time.

    Raises:
        ValueError: What its kind needs is missing.
    """

    kind: FactKind
    occurred_at: int
    """When it happened, in microseconds UTC; may lie in the future (an amendment that is yet to take effect)."""
    recorded_at: int
    """When this system wrote it down, in microseconds UTC."""
    revision: int
    ordinal: int = 0
    """Its place among the facts of one revision."""
    due_at: int | None = None
    """Of OPENED, DUE_MOVED and DUE_SET: exclusive end of the last timely day; None leaves the duty undated."""
    version: int | None = None
    """Of SUBMITTED, RETURNED and ACCEPTED: the version of the report."""
    correction_due_at: int | None = None
    """Of RETURNED: exclusive end of the last day for a corrected version."""

    def __post_init__(self) -> None:
        if self.kind in _OF_A_VERSION and (self.version is None or self.version <= NO_VERSION):
            raise ValueError(f"{self.kind.name} needs the version of a report")
        if self.kind is FactKind.RETURNED and self.correction_due_at is None:
            raise ValueError("RETURNED needs a day for the correction")
        if self.kind is FactKind.DUE_SET and self.due_at is None:
            raise ValueError("DUE_SET needs a due day")


@dataclass(frozen=True, slots=True)
class Standing:
    """How an obligation stood at an instant: all that its status depends on, except the instant itself."""

    exists: bool
    due_at: int | None
    """The due instant in force; None if undated."""
    excused: bool
    first_receipt_at: int | None
    """Kept apart from later corrections: it alone decides between on time and late."""
    correction_due_at: int | None
    """Set by the last return."""
    live_version: int | None
    """The version that speaks for the unit: the highest one unless it was returned, else the highest accepted one."""
    accepted_version: int | None


class Facts(NamedTuple):
    """Facts as columns, in the order in which they happened: equal instants by revision, then by ordinal."""

    kind: npt.NDArray[np.uint8]
    occurred_at: Instants
    recorded_at: Instants
    day: Instants
    """The due instant that it sets, NEVER for none; of RETURNED, until when the correction is due."""
    version: npt.NDArray[np.int32]
    """NO_VERSION where no version of a report is meant."""


class Folded(NamedTuple):
    """A `Standing` in numbers: NEVER, LONG_AGO and NO_VERSION stand for what is not there."""

    exists: bool
    due: Integer
    excused: bool
    first_receipt: Integer
    correction_due: Integer
    live_version: Integer
    accepted_version: Integer


def fold(facts: Iterable[Fact], t: int, known_at: int) -> Standing:
    """Return how an obligation stood at `t`, as far as it was known at `known_at`.

    A fact counts if it had occurred by `t` and was recorded by `known_at`, both inclusive.
    Facts are taken in the order of occurrence; equal instants go by revision, then by ordinal.
    """
    return stood(in_columns(sorted(facts, key=_order)), t, known_at)


def stood(facts: Facts, t: int, known_at: int) -> Standing:
    """Return how the obligation stood at `t` of which these are all the facts, as far as it was known at `known_at`."""
    found = Folded._make(fold_facts(*facts, 0, len(facts.kind), t, known_at))
    return Standing(
        exists=bool(found.exists),
        due_at=None if found.due == NEVER else int(found.due),
        excused=bool(found.excused),
        first_receipt_at=None if found.first_receipt == NEVER else int(found.first_receipt),
        correction_due_at=None if found.correction_due == LONG_AGO else int(found.correction_due),
        live_version=int(found.live_version) or None,
        accepted_version=int(found.accepted_version) or None,
    )


def in_columns(facts: Sequence[Fact]) -> Facts:
    """Return facts as columns, in the order given."""
    return Facts(
        np.array([fact.kind for fact in facts], np.uint8),
        np.array([fact.occurred_at for fact in facts], np.int64),
        np.array([fact.recorded_at for fact in facts], np.int64),
        np.array([_day(fact) for fact in facts], np.int64),
        np.array([fact.version or NO_VERSION for fact in facts], np.int32),
    )


NO_FACTS = in_columns(())


def joined(parts: Sequence[Facts]) -> Facts:
    """Return the facts of several one after the other."""
    return Facts._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _order(fact: Fact) -> tuple[int, int, int]:
    return fact.occurred_at, fact.revision, fact.ordinal


def _day(fact: Fact) -> int:
    day = fact.correction_due_at if fact.kind is FactKind.RETURNED else fact.due_at
    return NEVER if day is None else day


_OPENED, _DUE_MOVED, _DUE_SET = FactKind.OPENED.value, FactKind.DUE_MOVED.value, FactKind.DUE_SET.value
_EXCUSED, _EXCUSE_LIFTED, _DROPPED = FactKind.EXCUSED.value, FactKind.EXCUSE_LIFTED.value, FactKind.DROPPED.value
_SUBMITTED, _RETURNED, _ACCEPTED = FactKind.SUBMITTED.value, FactKind.RETURNED.value, FactKind.ACCEPTED.value


@compiled("UniTuple(i8, 7)(u1[::1], i8[::1], i8[::1], i8[::1], i4[::1], i8, i8, i8, i8)")
def fold_facts(  # noqa: C901, PLR0912, PLR0913, PLR0917 - one loop over the facts, a column each
    kind: npt.NDArray[np.uint8],
    occurred_at: Instants,
    recorded_at: Instants,
    day: Instants,
    version: npt.NDArray[np.int32],
    begin: Integer,
    end: Integer,
    t: int,
    known_at: int,
) -> tuple[Integer, ...]:
    """Fold the facts from `begin` until `end` into what `Folded` has, in its order."""
    exists, excused, has_own = 0, 0, 0
    base, own, first, correction = NEVER, NEVER, NEVER, LONG_AGO
    newest, returned, accepted = NO_VERSION, NO_VERSION, NO_VERSION
    for one in range(begin, end):
        if occurred_at[one] > t or recorded_at[one] > known_at:
            continue
        what = kind[one]
        if what == _OPENED:
            exists, base = 1, day[one]
        elif what == _DUE_MOVED:
            # A due day that has passed stays. (Under a day of its own, what happens to the base is never seen.)
            if base > occurred_at[one]:
                base = day[one]
        elif what == _DUE_SET:
            has_own, own = 1, day[one]
        elif what == _EXCUSED:
            excused = 1
        elif what == _EXCUSE_LIFTED:
            excused = 0
        elif what == _DROPPED:
            if first == NEVER:
                exists = 0
        elif what == _SUBMITTED:
            if first == NEVER:
                first = occurred_at[one]
            newest = max(newest, version[one])
        elif what == _RETURNED:
            correction = day[one]
    # Whatever order they came in: a version is returned or accepted if that ever happened to it.
    for one in range(begin, end):
        if occurred_at[one] > t or recorded_at[one] > known_at:
            continue
        if kind[one] == _RETURNED and version[one] == newest:
            returned = newest
        elif kind[one] == _ACCEPTED and version[one] > accepted:
            for other in range(begin, end):
                is_its = kind[other] == _SUBMITTED and version[other] == version[one]
                if is_its and occurred_at[other] <= t and recorded_at[other] <= known_at:
                    accepted = version[one]
    # The newest version speaks unless it was sent back. An accepted one always may: it is never sent back.
    live = newest if newest != returned else accepted
    return exists, own if has_own else base, excused, first, correction, max(live, accepted), accepted
