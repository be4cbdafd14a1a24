"""Count who was eligible and who of them was served in a period: persons, each once however many their needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from kernel.calendar.period import DaySpan


class Decision(NamedTuple):
    """A decision on eligibility."""

    on: date
    is_positive: bool


@dataclass(frozen=True, slots=True)
class NeedHistory:
    """What happened to one need of one person."""

    case_id: UUID
    decisions: tuple[Decision, ...]
    """In the order in which they were made; the last one counts."""
    delivered_on: tuple[date, ...]
    """The days on which services for it were delivered."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The persons behind a total."""

    eligible: frozenset[UUID]
    served: frozenset[UUID]
    """A part of the eligible."""


def count(needs: Iterable[NeedHistory], period: DaySpan) -> Counted:
    """Return who had an eligible need in a period, and who of them was served for such a need within it.

    A need is eligible in a period if the last decision made before the period's end is positive, and was made within
    the period, or earlier while the need was not yet served when the period began.
    """
    eligible, served = set(), set()
    for need in needs:
        if _is_eligible(need, period):
            eligible.add(need.case_id)
            if any(period.starts_on <= day < period.until for day in need.delivered_on):
                served.add(need.case_id)
    return Counted(frozenset(eligible), frozenset(served))


def _is_eligible(need: NeedHistory, period: DaySpan) -> bool:
    made = [decision for decision in need.decisions if decision.on < period.until]
    if not made or not made[-1].is_positive:
        return False
    return made[-1].on >= period.starts_on or all(day >= period.starts_on for day in need.delivered_on)
