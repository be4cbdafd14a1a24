"""By when what must be done with a tip: the limits of its category, counted from what was done so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kernel.calendar.days_off import Calendar
from kernel.calendar.due import days_after, hours_after, working_days_after


class Step(StrEnum):
    """What a limit asks for. Values are sent and stored: never change one."""

    CLASSIFY = "classify"
    ACCEPT = "accept"
    """A unit takes the tip on, or it is handed to the competent one."""
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Limit:
    """What the law sets for one step."""

    step: Step
    value: int
    unit: str
    """hours, days or working_days."""
    runs_from: str
    """receipt or acceptance."""
    reference: str


@dataclass(frozen=True, slots=True)
class Progress:
    """When was done what; None while it was not."""

    received_at: datetime
    classified_at: datetime | None = None
    accepted_at: datetime | None = None
    handled_at: datetime | None = None

    def done_at(self, step: Step) -> datetime | None:
        """Return when a step was done. What is handled needs no earlier step any more."""
        done = {Step.CLASSIFY: self.classified_at, Step.ACCEPT: self.accepted_at, Step.RESOLVE: self.handled_at}[step]
        return done or self.handled_at


@dataclass(frozen=True, slots=True)
class Deadline:
    """One limit, counted."""

    step: Step
    due_at: datetime
    """Exclusive: in time is what is done before it."""
    done_at: datetime | None
    reference: str

    def is_missed(self, t: datetime) -> bool:
        """Say whether it had passed by an instant, with nothing done before."""
        return self.due_at <= t and (self.done_at is None or self.done_at >= self.due_at)


def deadlines(limits: Iterable[Limit], progress: Progress, calendar: Calendar) -> tuple[Deadline, ...]:
    """Return the deadlines of a tip. A limit whose beginning has not come has none yet."""
    return tuple(_counted(limits, progress, calendar))


def _counted(limits: Iterable[Limit], progress: Progress, calendar: Calendar) -> Iterator[Deadline]:
    for limit in limits:
        since = progress.received_at if limit.runs_from == "receipt" else progress.accepted_at
        if since is not None:
            yield Deadline(limit.step, _end(limit, since, calendar), progress.done_at(limit.step), limit.reference)


def _end(limit: Limit, since: datetime, calendar: Calendar) -> datetime:
    """Return the exclusive end. Hours run through weekends; days roll to a working day (BLDS 2015, art. 147, 148)."""
    match limit.unit:
        case "hours":
            return hours_after(since, limit.value)
        case "days":
            return days_after(since, limit.value, calendar)
        case "working_days":
            return working_days_after(since, limit.value, calendar)
        case _:
            raise ValueError(f"no limit is counted in {limit.unit}")


def missed_by(found: Sequence[Deadline], t: datetime) -> list[Deadline]:
    """Return the deadlines that had been missed by an instant, the first one first."""
    return sorted((one for one in found if one.is_missed(t)), key=lambda one: one.due_at)


def next_due(found: Sequence[Deadline], after: datetime) -> Deadline | None:
    """Return the next deadline that is open and lies behind an instant."""
    open_ones = (one for one in found if one.done_at is None and one.due_at > after)
    return min(open_ones, key=lambda one: one.due_at, default=None)
