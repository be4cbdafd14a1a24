"""Which alarms an obligation gives cause for at an instant, and when it is to be looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.reports.evaluation.history import Fact, Standing
from services.reports.evaluation.status import Status

DAY = 24 * 60 * 60 * 1_000_000
"""Microseconds: reminders and escalation count days of 24 hours."""


class AlarmKind(StrEnum):
    """What an alarm tells of an obligation."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Terms:
    """When alarms fall due, in microseconds."""

    reminder: int
    """How long before its due instant an obligation is due soon."""
    escalation: Sequence[int]
    """How long after it became overdue each step is taken, growing."""


@dataclass(frozen=True, slots=True)
class Fallen:
    """An alarm that has fallen due."""

    kind: AlarmKind
    fell_at: int
    step: int = 0
    """Of an escalation: how far above the unit that owes, from 1 on."""


def fallen(status: Status, standing: Standing, terms: Terms, t: int) -> Iterator[Fallen]:
    """Yield all that has fallen due by `t`, at which an obligation has this status and standing.

    Only who owes is told: what has another status by now gives no cause, whatever it was before. An obligation that
    is overdue is no longer due soon.
    """
    if standing.due_at is None:
        return
    if status is Status.DUE_SOON:
        yield Fallen(AlarmKind.DUE_SOON, standing.due_at - terms.reminder)
    if status is Status.OVERDUE:
        since = overdue_from(standing.due_at, standing)
        yield Fallen(AlarmKind.OVERDUE, since)
        for step, after in enumerate(terms.escalation, 1):
            if since + after <= t:
                yield Fallen(AlarmKind.ESCALATED, since + after, step)


def next_look(status: Status, standing: Standing, facts: Iterable[Fact], terms: Terms, t: int) -> int | None:
    """Return the first instant after `t` at which further alarms can fall due although nothing is entered.

    A fact that is yet to occur (an amendment) can make another obligation of it. None if nothing is to come.
    """
    instants = [fact.occurred_at for fact in facts]
    if standing.due_at is not None:
        since = overdue_from(standing.due_at, standing)
        match status:
            case Status.NOT_DUE:
                instants.append(standing.due_at - terms.reminder)
            case Status.DUE_SOON | Status.RETURNED:
                instants.append(since)
            case Status.OVERDUE:
                instants += [since + after for after in terms.escalation]
            case _:
                pass
    return min((instant for instant in instants if instant > t), default=None)


def overdue_from(due_at: int, standing: Standing) -> int:
    """Return from when on an obligation is overdue unless a version comes: a correction has its own day."""
    if standing.first_receipt_at is None or standing.correction_due_at is None:
        return due_at
    return max(due_at, standing.correction_due_at)
