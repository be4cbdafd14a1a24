"""Which alarms the deadlines of a tip give cause for at an instant, and when it is to be looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.tips.domain.deadline import Deadline, Step


class AlarmKind(StrEnum):
    """What an alarm tells of a deadline. Values are sent and stored: never change one."""

    NEAR = "deadline_near"
    MISSED = "deadline_missed"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Terms:
    """When alarms fall due."""

    leads: Mapping[Step, timedelta]
    """How long before its end a deadline is near."""
    escalation: Sequence[timedelta]
    """How long after it was missed the first, second, … unit above is told, growing."""


@dataclass(frozen=True, slots=True)
class Fallen:
    """An alarm that has fallen due."""

    kind: AlarmKind
    deadline: Deadline
    fell_at: datetime
    level: int = 0
    """Of an escalation: how far above the responsible unit, from 1 on."""


def fallen(found: Iterable[Deadline], terms: Terms, t: datetime) -> Iterator[Fallen]:
    """Yield all that has fallen due by `t` of deadlines that are open, but for their being missed.

    That a deadline was missed is told even if somebody acts at last, and so by whoever notes it. One that has passed
    is no longer near.
    """
    for one in found:
        if not one.is_open:
            continue
        near_at = one.due_at - terms.leads[one.step]
        if near_at <= t < one.due_at:
            yield Fallen(AlarmKind.NEAR, one, near_at)
        for level, later in enumerate(terms.escalation, 1):
            if one.due_at + later <= t:
                yield Fallen(AlarmKind.ESCALATED, one, one.due_at + later, level)


def next_look(found: Iterable[Deadline], terms: Terms, t: datetime) -> datetime | None:
    """Return the first instant after `t` at which something falls due although nobody acts; None if nothing is to."""
    instants = (
        instant
        for one in found
        if one.is_open
        for instant in (
            one.due_at - terms.leads[one.step],
            one.due_at,
            *(one.due_at + later for later in terms.escalation),
        )
    )
    return min((instant for instant in instants if instant > t), default=None)


def next_ring(found: Sequence[Deadline], terms: Terms, t: datetime) -> datetime | None:
    """Return when a tip that changed at `t` is to be looked at: at once, where the change itself gave cause."""
    return t if any(fallen(found, terms, t)) else next_look(found, terms, t)
