"""Fold what happened to one obligation into how it stood at an instant, as far as it was known by then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

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
    last_occurred_at: int
    """The latest instant among the facts counted; LONG_AGO without any."""
    last_recorded_at: int


def fold(facts: Iterable[Fact], t: int, known_at: int) -> Standing:
    """Return how an obligation stood at `t`, as far as it was known at `known_at`.

    A fact counts if it had occurred by `t` and was recorded by `known_at`, both inclusive.
    Facts are taken in the order of occurrence; equal instants go by revision, then by ordinal.
    """
    counted = sorted((f for f in facts if f.occurred_at <= t and f.recorded_at <= known_at), key=_order)
    receipts = [fact for fact in counted if fact.kind is FactKind.SUBMITTED]
    returns = [fact for fact in counted if fact.kind is FactKind.RETURNED]
    submitted = _versions(counted, FactKind.SUBMITTED)
    accepted = _versions(counted, FactKind.ACCEPTED) & submitted
    returned = _versions(counted, FactKind.RETURNED)
    # The newest version speaks unless it was sent back. An accepted one always may: it is never sent back.
    newest = {max(submitted)} - returned if submitted else set()
    return Standing(
        exists=_exists(counted),
        due_at=_due_in_force(counted),
        excused=_is_excused(counted),
        first_receipt_at=receipts[0].occurred_at if receipts else None,
        correction_due_at=returns[-1].correction_due_at if returns else None,
        live_version=max(newest | accepted, default=None),
        accepted_version=max(accepted, default=None),
        last_occurred_at=counted[-1].occurred_at if counted else LONG_AGO,
        last_recorded_at=max((fact.recorded_at for fact in counted), default=LONG_AGO),
    )


def _order(fact: Fact) -> tuple[int, int, int]:
    return fact.occurred_at, fact.revision, fact.ordinal


def _versions(facts: Sequence[Fact], kind: FactKind) -> set[int]:
    return {fact.version for fact in facts if fact.kind is kind and fact.version is not None}


def _exists(facts: Sequence[Fact]) -> bool:
    exists = received = False
    for fact in facts:
        match fact.kind:
            case FactKind.OPENED:
                exists = True
            case FactKind.SUBMITTED:
                received = True
            case FactKind.DROPPED if not received:
                exists = False
            case _:
                pass
    return exists


def _due_in_force(facts: Sequence[Fact]) -> int | None:
    base: int | None = None
    own: int | None = None
    for fact in facts:
        match fact.kind:
            case FactKind.OPENED:
                base = fact.due_at
            # A due day that has passed stays. (Under a day of its own, what happens to the base is never seen.)
            case FactKind.DUE_MOVED if base is None or base > fact.occurred_at:
                base = fact.due_at
            case FactKind.DUE_SET:
                own = fact.due_at
            case _:
                pass
    return base if own is None else own


def _is_excused(facts: Sequence[Fact]) -> bool:
    decisions = [fact.kind for fact in facts if fact.kind in {FactKind.EXCUSED, FactKind.EXCUSE_LIFTED}]
    return bool(decisions) and decisions[-1] is FactKind.EXCUSED
