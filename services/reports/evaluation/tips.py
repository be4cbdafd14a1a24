"""Say how tips stood at an instant, and count them: from what the tips service tells, which alone judges its clocks."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.boundaries import Boundaries
from services.reports.evaluation.columns import Indices, Mask
from services.reports.evaluation.history import Instants


class TipFactKind(IntEnum):
    """What can happen to a tip. Values are stored: never change one."""

    RECEIVED = 1
    CLASSIFIED = 2
    """From here on it has the clocks of its category, which may take back that it was late."""
    TRANSFERRED = 3
    CLOSED = 4
    DEADLINE_MISSED = 5


@dataclass(frozen=True, slots=True)
class TipFact:
    """One thing that happened to a tip, on both axes of time.

    Raises:
        ValueError: It is closed, and nobody says when it was handled.
    """

    kind: TipFactKind
    occurred_at: int
    """When it happened, in microseconds UTC."""
    recorded_at: int
    """When this system wrote it down, in microseconds UTC."""
    late: bool
    """What the tips service found: whether a statutory deadline had been missed by then."""
    handled_at: int | None = None
    """Of CLOSED: when it was resolved or handed over, for which `late` speaks."""

    def __post_init__(self) -> None:
        if self.kind is TipFactKind.CLOSED and self.handled_at is None:
            raise ValueError("CLOSED needs the instant at which the tip was handled")

    @property
    def holds_from(self) -> int:
        """From when on it counts: a tip is handled when it was handled, however late somebody closes it."""
        return self.occurred_at if self.handled_at is None else self.handled_at

    @property
    def handles(self) -> bool:
        """Whether nothing more is to be done by the unit that received the tip."""
        return self.kind in {TipFactKind.TRANSFERRED, TipFactKind.CLOSED}

    @property
    def is_late(self) -> bool:
        """Whether the tip is late from here on: with a deadline that was missed always."""
        return self.late or self.kind is TipFactKind.DEADLINE_MISSED


class TipStanding(IntEnum):
    """How a tip stands at an instant. All but the first add up to the tips received."""

    ABSENT = 0
    """Not received yet, or not known yet."""
    HANDLED_IN_TIME = 1
    HANDLED_LATE = 2
    RUNNING_IN_TIME = 3
    RUNNING_LATE = 4


TipStandings = npt.NDArray[np.int8]
"""Values of `TipStanding`, shape [tips]."""


@dataclass(frozen=True, slots=True)
class TipsFigures:
    """What the tips service counted for a subtree and a period. It alone judges its clocks."""

    handled_in_time: int
    handled_late: int
    running_in_time: int
    running_late: int

    @property
    def n(self) -> int:
        """Handled in time."""
        return self.handled_in_time

    @property
    def d(self) -> int:
        """All that were received and are not running in time: a late one counts at once."""
        return self.handled_in_time + self.handled_late + self.running_late


class _Sorted(NamedTuple):
    """All facts, by tip and then in the order in which they hold."""

    first: Indices
    """Shape [tips]: the place of each tip's first fact."""
    holds_from: Instants
    recorded_at: Instants
    handles: Mask
    late: Mask


class Tips:
    """All tips with what happened to them, in flat arrays.

    Answers for a pair (t, known_at) never change: a fact that is recorded later counts only from its own `recorded_at`.
    """

    def __init__(self) -> None:
        self.boundaries = Boundaries()
        """When a standing can change although nothing is entered."""
        self._numbers: dict[UUID, int] = {}
        # By tip.
        self._unit = array("i")
        self._received_at = array("q")
        self._known_at = array("q")
        # By fact, in the order of recording.
        self._tip = array("i")
        self._holds_from = array("q")
        self._recorded_at = array("q")
        self._handles = array("b")
        self._late = array("b")
        self._kept: _Sorted | None = None

    def record(self, tip_id: UUID, unit: int, received_at: int, fact: TipFact) -> None:
        """Enter what happened to a tip that a unit, by its number, received. Enter facts in the order of recording."""
        number = self._numbers.setdefault(tip_id, len(self._numbers))
        if number == len(self._unit):
            # Whichever fact comes first says where and when the tip was received, and that it was.
            self._unit.append(unit)
            self._received_at.append(received_at)
            self._known_at.append(fact.recorded_at)
            self.boundaries.happened(received_at, fact.recorded_at)
        self._tip.append(number)
        self._holds_from.append(fact.holds_from)
        self._recorded_at.append(fact.recorded_at)
        self._handles.append(fact.handles)
        self._late.append(fact.is_late)
        self.boundaries.happened(fact.holds_from, fact.recorded_at)
        self._kept = None

    def standings(self, t: int, known_at: int) -> TipStandings:
        """Return how each tip stood at `t`, as known at `known_at`.

        A fact counts if it held by `t` and was recorded by `known_at`, both inclusive; equal instants go by the order
        of recording. The last fact that handles a tip says whether it was in time; without one the last fact does.
        """
        if not self._unit:
            return np.empty(0, np.int8)
        facts = self._in_order()
        places = np.arange(len(facts.late), dtype=np.int32)
        counts = (facts.holds_from <= t) & (facts.recorded_at <= known_at)
        last = np.maximum.reduceat(np.where(counts, places, -1), facts.first)
        last_handling = np.maximum.reduceat(np.where(counts & facts.handles, places, -1), facts.first)
        is_handled = last_handling >= 0
        deciding = np.where(is_handled, last_handling, last)
        # Of a tip of which nothing else holds yet only the receipt is known: its clocks have just begun.
        is_late = facts.late[deciding] & (deciding >= 0)
        # The late standing is the one after that in time.
        found = np.where(is_handled, TipStanding.HANDLED_IN_TIME, TipStanding.RUNNING_IN_TIME) + is_late
        is_there = (np.array(self._received_at) <= t) & (np.array(self._known_at) <= known_at)
        return np.where(is_there, found, TipStanding.ABSENT).astype(np.int8)

    def figures(self, within: Mask, days: tuple[int, int], t: int, known_at: int) -> TipsFigures | None:
        """Count the tips that units received on the days from `days[0]` until `days[1]`, by how they stand.

        `within` says of each unit, by its number, whether its tips are counted. None as long as the tips service has
        told of no tip at all: that is not zero.
        """
        if not self._known_at or known_at < self._known_at[0]:
            return None
        received_at = np.array(self._received_at)
        chosen = within[np.array(self._unit)] & (days[0] <= received_at) & (received_at < days[1])
        counted = np.bincount(self.standings(t, known_at)[chosen], minlength=len(TipStanding)).tolist()
        return TipsFigures(
            handled_in_time=counted[TipStanding.HANDLED_IN_TIME],
            handled_late=counted[TipStanding.HANDLED_LATE],
            running_in_time=counted[TipStanding.RUNNING_IN_TIME],
            running_late=counted[TipStanding.RUNNING_LATE],
        )

    def _in_order(self) -> _Sorted:
        if self._kept is None:
            tip, holds_from = np.array(self._tip), np.array(self._holds_from)
            # Stable: what holds from the same instant stays in the order of recording.
            order = np.lexsort((holds_from, tip))
            self._kept = _Sorted(
                first=np.searchsorted(tip[order], np.arange(len(self._unit))).astype(np.int32),
                holds_from=holds_from[order],
                recorded_at=np.array(self._recorded_at)[order],
                handles=np.array(self._handles, np.bool_)[order],
                late=np.array(self._late, np.bool_)[order],
            )
        return self._kept
