"""By when what must be done with a tip: the limits of its category, counted from what was done so far."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from kernel.calendar.days_off import Calendar
from kernel.calendar.due import hours_after, working_days_after
from kernel.clock import end_of, legal_day

NOTHING_NOTED: Mapping[str, datetime] = MappingProxyType({})


class Step(StrEnum):
    """What a limit asks for. Values are sent and stored: never change one."""

    CLASSIFY = "classify"
    TRANSFER = "transfer"
    """Once it is established that the unit is not competent."""
    NOTIFY_RECEIPT = "notify_receipt"
    ASSIGN = "assign"
    ACCEPT = "accept"
    """A unit takes the tip on, or it is handed to the competent one."""
    NOTIFY_ACCEPTANCE = "notify_acceptance"
    RESOLVE = "resolve"
    NOTIFY_OUTCOME = "notify_outcome"


class Start(StrEnum):
    """What a limit begins with."""

    RECEIPT = "receipt"
    INCOMPETENCE = "incompetence"
    """It is established that the unit is not competent."""
    ACCEPTANCE = "acceptance"
    OUTCOME = "outcome"
    """The unit itself handled it."""


class Length(NamedTuple):
    """How long something lasts."""

    value: int
    unit: str
    """hours, days, working_days or months."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What the law sets for one step."""

    name: str
    """Which limit it is: what was missed is noted under it."""
    step: Step
    length: Length
    runs_from: Start
    reference: str
    more: tuple[Length, ...] = ()
    """What extensions added, in their order."""


@dataclass(frozen=True, slots=True)
class Progress:
    """When was done what, by the unit that has the tip; None while it was not."""

    reached_at: datetime
    """It came to the unit: by its receipt, or by a transfer."""
    classified_at: datetime | None = None
    incompetent_at: datetime | None = None
    accepted_at: datetime | None = None
    handled_at: datetime | None = None
    answered_at: datetime | None = None
    """The unit handled it itself: it did not hand it over."""
    receipt_told_at: datetime | None = None
    acceptance_told_at: datetime | None = None
    outcome_told_at: datetime | None = None
    informant_known: bool = False
    suspended_at: datetime | None = None
    paused: timedelta = timedelta()
    """How long the clock of resolving stood still before."""

    def since(self, limit: Limit) -> datetime | None:
        """Return when a limit begins; None while it does not."""
        match limit.step:
            case Step.TRANSFER if self.incompetent_at is None:
                return None
            case Step.NOTIFY_ACCEPTANCE | Step.NOTIFY_OUTCOME if not self.informant_known:
                return None
        return {
            Start.RECEIPT: self.reached_at,
            Start.INCOMPETENCE: self.incompetent_at,
            Start.ACCEPTANCE: self.accepted_at,
            Start.OUTCOME: self.answered_at,
        }[limit.runs_from]

    def done_at(self, step: Step) -> datetime | None:
        """Return when a step was done. What is handled needs no earlier step any more."""
        if step is Step.NOTIFY_OUTCOME:
            return self.outcome_told_at
        done = {
            Step.CLASSIFY: self.classified_at,
            Step.NOTIFY_RECEIPT: self.receipt_told_at,
            Step.ASSIGN: self.accepted_at,
            Step.ACCEPT: self.accepted_at,
            Step.NOTIFY_ACCEPTANCE: self.acceptance_told_at,
        }
        return done.get(step) or self.handled_at


@dataclass(frozen=True, slots=True)
class Deadline:
    """One limit, counted."""

    limit: Limit
    due_at: datetime
    """Exclusive: in time is what is done before it."""
    done_at: datetime | None
    stands_since: datetime | None = None
    """Its clock stands still since then: it comes so much later as this lasts."""

    @property
    def step(self) -> Step:
        """What it asks for."""
        return self.limit.step

    @property
    def is_open(self) -> bool:
        """Whether its clock runs."""
        return self.done_at is None and self.stands_since is None

    def is_missed(self, t: datetime) -> bool:
        """Say whether it had passed by an instant, with nothing done before."""
        by = t if self.stands_since is None else min(t, self.stands_since)
        return self.due_at <= by and (self.done_at is None or self.done_at >= self.due_at)


def deadlines(
    limits: Iterable[Limit], progress: Progress, calendar: Calendar, noted: Mapping[str, datetime] = NOTHING_NOTED
) -> tuple[Deadline, ...]:
    """Return the deadlines of a tip. A limit whose beginning has not come has none yet.

    What is noted as missed, by the name of the limit, has passed: it stays where it was, whatever is decided later.
    """
    return tuple(_counted(limits, progress, calendar, noted))


def _counted(
    limits: Iterable[Limit], progress: Progress, calendar: Calendar, noted: Mapping[str, datetime]
) -> Iterator[Deadline]:
    for limit in limits:
        since = progress.since(limit)
        if since is None:
            continue
        resolves = limit.step is Step.RESOLVE
        end = end_of_limit(limit, since, calendar) + (progress.paused if resolves else timedelta())
        stands_since = progress.suspended_at if resolves else None
        yield Deadline(limit, noted.get(limit.name, end), progress.done_at(limit.step), stands_since)


def end_of_limit(limit: Limit, since: datetime, calendar: Calendar) -> datetime:
    """Return the exclusive end of a limit that begins at an instant.

    Hours run through weekends. The day in which it begins is not counted, and what would end on a day off ends with the
    next working day (BLDS 2015, art. 147, 148). Extensions follow the limit itself; the whole rolls once, at its end.
    """
    lengths = (limit.length, *limit.more)
    match limit.length.unit:
        case "hours":
            return hours_after(since, limit.length.value)
        case "working_days":
            return working_days_after(since, sum(one.value for one in lengths), calendar)
        case _:
            last = legal_day(since)
            for one in lengths:
                last = _later(last, one)
            return end_of(calendar.next_working_day(last))


def _later(day: date, length: Length) -> date:
    """Return the day that lies so much later; a month without the day ends on its last one (BLDS, art. 148.3)."""
    if length.unit == "days":
        return day + timedelta(days=length.value)
    if length.unit != "months":
        raise ValueError(f"no limit in days is extended by {length.unit}")
    year, month = divmod(day.year * 12 + day.month - 1 + length.value, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def missed_by(found: Sequence[Deadline], t: datetime) -> list[Deadline]:
    """Return the deadlines that had been missed by an instant, the first one first."""
    return sorted((one for one in found if one.is_missed(t)), key=lambda one: one.due_at)


def next_due(found: Sequence[Deadline], after: datetime) -> Deadline | None:
    """Return the next deadline that is open and lies behind an instant."""
    return min((one for one in found if one.is_open and one.due_at > after), key=lambda one: one.due_at, default=None)


def is_late(found: Sequence[Deadline], noted: Mapping[str, datetime]) -> bool:
    """Say whether a tip is late as what it is now: a deadline of a category that it no longer has does not count.

    Nor does telling the outcome: that comes after it was handled, in time or not.
    """
    return any(one.limit.name in noted for one in found if one.step is not Step.NOTIFY_OUTCOME)
