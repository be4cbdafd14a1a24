"""Count tips as the units that received them see them: how far they came, and whether they were in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Dimension(StrEnum):
    """By what figures are broken down."""

    UNIT = "unit"
    CHANNEL = "channel"
    CATEGORY = "category"
    MONTH = "month"


class Ending(StrEnum):
    """How a tip ended for the unit that received it."""

    RESOLVED = "resolved"
    TRANSFERRED = "transferred"
    NOT_ACCEPTED = "not_accepted"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one tip stands for the unit that received it."""

    place: Mapping[Dimension, str]
    """Where it is counted."""
    is_classified: bool
    is_accepted: bool
    ending: Ending | None
    """None: it runs."""
    is_closed: bool
    is_late: bool


@dataclass(slots=True)
class Funnel:
    """How many tips came how far. Handled and running, in time and late, add up to received."""

    received: int = 0
    classified: int = 0
    accepted: int = 0
    resolved: int = 0
    transferred: int = 0
    not_accepted: int = 0
    closed: int = 0
    handled_in_time: int = 0
    handled_late: int = 0
    running_in_time: int = 0
    running_late: int = 0

    def add(self, tip: Standing) -> None:
        """Count one more."""
        self.received += 1
        self.classified += tip.is_classified
        self.accepted += tip.is_accepted
        self.resolved += tip.ending is Ending.RESOLVED
        self.transferred += tip.ending is Ending.TRANSFERRED
        self.not_accepted += tip.ending is Ending.NOT_ACCEPTED
        self.closed += tip.is_closed
        is_running = tip.ending is None
        self.handled_in_time += not is_running and not tip.is_late
        self.handled_late += not is_running and tip.is_late
        self.running_in_time += is_running and not tip.is_late
        self.running_late += is_running and tip.is_late


def funnels(tips: Iterable[Standing], by: Iterable[Dimension]) -> tuple[Funnel, dict[tuple[str, ...], Funnel]]:
    """Return the funnel of all tips, and those of each place by some dimensions, in the order of the places."""
    whole, parts, dimensions = Funnel(), dict[tuple[str, ...], Funnel](), tuple(by)
    for tip in tips:
        whole.add(tip)
        parts.setdefault(tuple(tip.place[one] for one in dimensions), Funnel()).add(tip)
    return whole, dict(sorted(parts.items()))
