"""Tell working days from days off, by law and by decision, and say why."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from importlib.resources import files

from kernel.problems import Refusal, Words

_SATURDAY = 5
_NEXT = timedelta(days=1)


class ContradictoryDecision(Refusal):
    """A decision makes one day free and worked at once."""

    code = "contradictory_decision"
    status = 422
    vi = Words(
        "Quyết định tự mâu thuẫn",
        "Quyết định “{decision}” vừa cho nghỉ vừa yêu cầu làm việc ngày {day}.",
        "Chỉ ghi mỗi ngày vào một trong hai danh sách days_off và worked.",
    )
    en = Words(
        "Contradictory decision",
        "The decision “{decision}” makes {day} both a day off and a worked day.",
        "Name each day in only one of the two lists, days_off and worked.",
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """Days that somebody competent made free, or made working days.

    Raises:
        ContradictoryDecision: A day is both.
    """

    decision: str
    """Number and symbol (12729/VPCP-KGVX), or what is known in its place."""
    decided_on: date
    days_off: tuple[date, ...] = ()
    worked: tuple[date, ...] = ()
    """Mostly Saturdays, worked in exchange for a free day; also how a later decision takes back a day off."""
    reference: str = ""
    completes: tuple[int, ...] = ()
    """Years of which, with this decision, every movable holiday is decided."""
    provisional: bool = False
    """Expected, not decided: counts only in years that no decision completes."""

    def __post_init__(self) -> None:
        # One order for one content, so that a decision has the same digest however it was written down.
        for name in ("days_off", "worked", "completes"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        for day in sorted(set(self.days_off) & set(self.worked)):
            raise ContradictoryDecision(decision=self.decision, day=day)


@dataclass(frozen=True, slots=True)
class AnnualHoliday:
    """A day that the law itself makes free on the same date every year."""

    month: int
    day: int
    name: str
    since: date
    """First day on which the law says so."""
    reference: str

    def falls_on(self, day: date) -> bool:
        """Say whether a day is this holiday."""
        return (day.month, day.day) == (self.month, self.day) and day >= self.since


class Reason(StrEnum):
    """Why a day is a working day or not."""

    WORKING_WEEK = "working_week"
    WEEKEND = "weekend"
    ANNUAL_HOLIDAY = "annual_holiday"
    DAY_OFF = "day_off"
    WORKED_INSTEAD = "worked_instead"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one day counts as it does."""

    day: date
    is_working_day: bool
    reason: Reason
    decision: Decision | None
    """The decision that binds for the day, where one does."""
    holiday: AnnualHoliday | None
    """The holiday of every year that falls on the day, also where a decision says the same or otherwise."""
    year_is_covered: bool
    """Whether all movable holidays of the year are decided; if not, a later decision may change this day."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days off by law and by decision. Immutable: a new decision makes a new calendar with another digest."""

    decisions: tuple[Decision, ...]
    """By the day on which they were made; all are kept, and for one day the later one binds."""
    annual: tuple[AnnualHoliday, ...]
    digest: str = field(init=False)
    """SHA-256 in hex of everything the calendar knows: stored with every due instant that was computed from it."""
    _binding: Mapping[date, Decision] = field(init=False, repr=False, compare=False)
    _covered: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # The same calendar in every service, in whatever order the decisions were entered or arrived.
        object.__setattr__(self, "decisions", tuple(sorted(self.decisions, key=_when_made)))
        decided = (decision for decision in self.decisions if not decision.provisional)
        covered = frozenset(year for decision in decided for year in decision.completes)
        object.__setattr__(self, "_covered", covered)
        object.__setattr__(self, "_binding", _binding_decisions(self.decisions, covered))
        object.__setattr__(self, "digest", _digest(self.decisions, self.annual))

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> Calendar:
        """Make a calendar of decisions and of the holidays of every year."""
        return cls(tuple(decisions), LEGAL_CALENDAR.annual)

    def with_decision(self, decision: Decision) -> Calendar:
        """Return the calendar with one more decision; the same calendar if it already has it."""
        return self if decision in self.decisions else Calendar((*self.decisions, decision), self.annual)

    def covers(self, year: int) -> bool:
        """Say whether every movable holiday of a year is decided.

        Where this is false, the holidays of every year still count (1/1, 30/4, 1/5, 2/9) and so does what is expected,
        but Tết, compensation days and swaps may be missing: answers on that year are preliminary.
        """
        return year in self._covered

    def is_working_day(self, day: date) -> bool:
        """Say whether state offices work on a day.

        >>> LEGAL_CALENDAR.is_working_day(date(2026, 1, 2)), LEGAL_CALENDAR.is_working_day(date(2026, 1, 10))
        (False, True)
        """
        decision = self._binding.get(day)
        if decision is not None:
            return day in decision.worked
        return day.weekday() < _SATURDAY and self._holiday_on(day) is None

    def next_working_day(self, day: date) -> date:
        """Return the day itself if it is a working day, else the first working day after it (BLDS 2015, art. 148.5)."""
        while not self.is_working_day(day):
            day += _NEXT
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """Return the last day of a limit in working days; the day it starts from is not counted (BLDS, art. 147.2).

        >>> LEGAL_CALENDAR.add_working_days(date(2026, 2, 13), 1)     # the eve of nine days of Tết
        datetime.date(2026, 2, 23)
        """
        if count < 0:
            raise ValueError(f"a limit of {count} working days does not exist")
        for _ in range(count):
            day = self.next_working_day(day + _NEXT)
        return day

    def explain(self, day: date) -> Explanation:
        """Say why a day is a working day or not, and by which decision."""
        decision, holiday = self._binding.get(day), self._holiday_on(day)
        if decision is not None:
            reason = Reason.WORKED_INSTEAD if day in decision.worked else Reason.DAY_OFF
        elif holiday is not None:
            reason = Reason.ANNUAL_HOLIDAY
        else:
            reason = Reason.WEEKEND if day.weekday() >= _SATURDAY else Reason.WORKING_WEEK
        return Explanation(day, self.is_working_day(day), reason, decision, holiday, self.covers(day.year))

    def _holiday_on(self, day: date) -> AnnualHoliday | None:
        return next((holiday for holiday in self.annual if holiday.falls_on(day)), None)


def _when_made(decision: Decision) -> tuple[date, str]:
    # Which of two decisions of one day came later is not known: any fixed order will do.
    return decision.decided_on, decision.decision


def _binding_decisions(decisions: Iterable[Decision], covered: frozenset[int]) -> dict[date, Decision]:
    """Map each decided day to the last decision on it, or else to an expectation that no decision has replaced."""
    return {
        day: decision
        for decision in sorted(decisions, key=_is_decided)
        for day in (*decision.days_off, *decision.worked)
        if not (decision.provisional and day.year in covered)
    }


def _is_decided(decision: Decision) -> bool:
    return not decision.provisional


def _digest(decisions: tuple[Decision, ...], annual: tuple[AnnualHoliday, ...]) -> str:
    content = {"annual": [asdict(holiday) for holiday in annual], "decisions": [asdict(made) for made in decisions]}
    canonical = json.dumps(content, default=date.isoformat, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _load() -> Calendar:
    table = tomllib.loads(files(__package__).joinpath("days_off.toml").read_text("utf-8"))
    annual = (
        AnnualHoliday(int(row["day"][:2]), int(row["day"][3:]), row["name"], row["since"], row["reference"])
        for row in table["annual"]
    )
    decisions = (Decision(**row) for row in table["decision"])
    return Calendar(tuple(decisions), tuple(annual))


LEGAL_CALENDAR = _load()
"""The committed table: what was known when this release was made."""
