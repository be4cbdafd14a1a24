"""The clocks of tips and their alarms in 2026, told once more by hand: no word of the service is used here."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

ICT = timedelta(hours=7)
DAY = timedelta(days=1)

OFF = {
    *(date(2026, 1, 1), date(2026, 1, 2), date(2027, 1, 1)),
    *(date(2026, 2, day) for day in range(16, 21)),
    *(date(2026, 4, 27), date(2026, 4, 30), date(2026, 5, 1)),
    *(date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 2)),
}
"""Weekdays that are free."""
WORKED = {date(2026, 1, 10), date(2026, 8, 22)}
"""Saturdays that are not."""

LIMITS: Mapping[str, Mapping[str, tuple[int, str, str]]] = {
    "unclassified": {"classify": (24, "hours", "reached")},
    "crime_report": {
        "classify": (24, "hours", "reached"),
        "transfer": (24, "hours", "incompetent"),
        "notify_receipt": (3, "working", "reached"),
        "assign": (3, "days", "reached"),
        "resolve": (20, "days", "reached"),
        "notify_outcome": (3, "days", "handled"),
    },
    "denunciation": {
        "accept": (7, "working", "reached"),
        "transfer": (5, "working", "reached"),
        "notify_acceptance": (5, "working", "accepted"),
        "resolve": (30, "days", "accepted"),
    },
    "complaint": {"accept": (7, "working", "reached"), "resolve": (30, "days", "accepted")},
    "second complaint": {"accept": (7, "working", "reached"), "resolve": (45, "days", "accepted")},
    "feedback": {},
}
OLD_ACCEPTANCE = (10, "days", "reached")
"""Of complaints that came before July."""
LEADS = {
    **dict.fromkeys(("classify", "transfer"), 4),
    **dict.fromkeys(("notify_receipt", "assign", "notify_acceptance", "notify_outcome"), 24),
    "accept": 48,
    "resolve": 144,
}
"""Hours before the end at which a deadline is near."""
ABOVE = (24, 72, 168)
"""Hours after it at which the units above are told."""
LINES = {"22945": ("22945", "68", "VN"), "68": ("68", "VN"), "68.CA": ("68.CA", "68", "VN")}


class Told(NamedTuple):
    """An alarm, by all that makes it another one."""

    tip: str
    kind: str
    step: str
    fell_at: datetime
    level: int
    to: str


def works(day: date) -> bool:
    """Say whether offices work."""
    return day in WORKED or (day.weekday() < 5 and day not in OFF)


def end_of(day: date) -> datetime:
    """Return 24:00 of a day, rolled to a working one."""
    while not works(day):
        day += DAY
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY - ICT


def ends(since: datetime, value: int, unit: str, months: int = 0, more: int = 0) -> datetime:
    """Return the exclusive end of a limit."""
    if unit == "hours":
        return since + timedelta(hours=value)
    day = (since + ICT).date()
    if unit == "working":
        for _ in range(value):
            day += DAY
            while not works(day):
                day += DAY
        return end_of(day)
    day += timedelta(days=value + more)
    for _ in range(months):
        year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
        day = date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    return end_of(day)


@dataclass
class Book:
    """What must be told of one tip, with nobody there at some times."""

    tip: str
    reached: datetime
    unit: str
    known: bool
    """Whether the informant is."""
    outages: Sequence[tuple[datetime, datetime]]
    told: dict[tuple[str, str, datetime, int], str] = field(default_factory=dict)
    instants: dict[str, datetime] = field(default_factory=dict)
    path: str = "unclassified"
    informed: set[str] = field(default_factory=set)
    months: int = 0
    more: int = 0
    paused: timedelta = timedelta()
    missed: dict[str, datetime] = field(default_factory=dict)
    running: dict[tuple[str, datetime], datetime] = field(default_factory=dict)
    """Since when each deadline runs."""

    first: tuple[str, bool] | None = None
    """How it ended for the unit that received it, and whether late, where it was transferred."""

    def __post_init__(self) -> None:
        self.received_by = self.unit
        self._begin(self.reached)

    def act(self, at: datetime, act: str, body: Mapping[str, Any]) -> None:
        """Take in what somebody does."""
        self._stop(at)
        match act:
            case "classify" | "reclassify":
                second = body.get("instance") == "second"
                self.path = "second complaint" if second else body["category"]
                self.instants.setdefault("classified", at)
                self.instants.pop("incompetent", None)
                if not body.get("competent", True):
                    self.instants["incompetent"] = at
            case "assign":
                self.instants.setdefault("accepted", at)
                self.unit = body["to"]
            case "suspend":
                self.instants["suspended"] = at
            case "resume":
                self.paused += at - self.instants.pop("suspended")
            case "extend":
                self.months += 2 if self.path == "crime_report" else 0
                self.more += {"denunciation": 30, "complaint": 15, "second complaint": 15}.get(self.path, 0)
            case "notify":
                self._inform(at, body)
            case "resolve" | "not_accept":
                self.instants["handled"] = at
            case "transfer":
                self._anew(at, body["to"])
        self._begin(at)

    def finish(self, at: datetime) -> set[Told]:
        """Return all that must have been told by an instant."""
        self._stop(at)
        return {
            Told(self.tip, kind, step, fell_at, level, to) for (kind, step, fell_at, level), to in self.told.items()
        }

    def _inform(self, at: datetime, body: Mapping[str, Any]) -> None:
        self.informed |= {f"{body['notice']} {one}" for one in body["to"]}
        wanted = {f"{body['notice']} informant"} if self.known else set()
        if body["notice"] == "receipt" and self.path == "crime_report":
            wanted.add("receipt procuracy")
        if wanted <= self.informed:
            self.instants.setdefault(f"told {body['notice']}", at)

    def standing(self) -> tuple[str, bool]:
        """Return how it ended for the unit that received it, or that it runs, and whether late."""
        limits = {self._name(step) for step in LIMITS[self.path] if step != "notify_outcome"}
        return self.first or ("handled" if "handled" in self.instants else "running", bool(limits & set(self.missed)))

    def _anew(self, at: datetime, to: str) -> None:
        self.first = ("handled", self.standing()[1])
        self.unit, self.reached, self.path = to, at, "unclassified"
        self.instants, self.informed, self.missed = {}, set(), {}
        self.months = self.more = 0
        self.paused = timedelta()

    def _deadlines(self) -> Iterator[tuple[str, datetime, datetime | None]]:
        for step, limit in LIMITS[self.path].items():
            is_old = (
                step == "accept" and "complaint" in self.path and self.reached + ICT < datetime(2026, 7, 1, tzinfo=UTC)
            )
            value, unit, begins = OLD_ACCEPTANCE if is_old else limit
            since = self.reached if begins == "reached" else self.instants.get(begins)
            needs_informant = step in {"notify_acceptance", "notify_outcome"} and not self.known
            if since is None or needs_informant or (step == "transfer" and "incompetent" not in self.instants):
                continue
            extended = (self.months, self.more) if step == "resolve" else (0, 0)
            due = ends(since, value, unit, *extended) + (self.paused if step == "resolve" else timedelta())
            yield step, self.missed.get(self._name(step), due), self._done(step)

    def _name(self, step: str) -> str:
        return step if step == "classify" else f"{step} of {self.path}"

    def _done(self, step: str) -> datetime | None:
        if step == "notify_outcome":
            return self.instants.get("told outcome")
        by = {
            "classify": "classified",
            "accept": "accepted",
            "assign": "accepted",
            "notify_receipt": "told receipt",
            "notify_acceptance": "told acceptance",
        }
        return self.instants.get(by.get(step, "handled")) or self.instants.get("handled")

    def _begin(self, at: datetime) -> None:
        """Note what has been missed already, and let what is open run."""
        for step, due, done in list(self._deadlines()):
            if due <= at and (done is None or done >= due):
                self._miss(step, due)
            if done is None and not (step == "resolve" and "suspended" in self.instants):
                self.running[step, due] = at

    def _stop(self, at: datetime) -> None:
        """Tell what fell due while deadlines ran, until an instant."""
        for (step, due), since in self.running.items():
            if due <= at:
                self._miss(step, due)
            near = due - timedelta(hours=LEADS[step])
            if self._is_looked_at(max(near, since), min(due, at)):
                self._tell("deadline_near", step, near)
            for level, hours in enumerate(ABOVE, 1):
                fell_at = due + timedelta(hours=hours)
                if self._is_looked_at(max(fell_at, since), at):
                    self._tell("escalated", step, fell_at, level)
        self.running = {}

    def _is_looked_at(self, since: datetime, until: datetime) -> bool:
        for begin, end in self.outages:
            if begin <= since < end:
                since = end
        return since < until

    def _miss(self, step: str, due: datetime) -> None:
        if self._name(step) not in self.missed:
            self.missed[self._name(step)] = due
            self._tell("deadline_missed", step, due)

    def _tell(self, kind: str, step: str, fell_at: datetime, level: int = 0) -> None:
        line = LINES[self.unit]
        if level < len(line):
            self.told.setdefault((kind, step, fell_at, level), line[level])
