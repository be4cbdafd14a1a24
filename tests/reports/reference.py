"""A second evaluator: slow, obvious, row by row, and written from the rules instead of from the code under test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.reports.evaluation.history import Fact, FactKind
from services.reports.evaluation.tips import TipFact, TipFactKind

END_OF = {f"2025-{n:02d}": n for n in range(1, 13)} | {f"2025-Q{n}": 3 * n for n in range(1, 5)}
END_OF |= {"2025-H1": 6, "2025-H2": 12, "2025-9M": 9, "2025": 12}
"""The last month of each period of 2025, the only year known here."""
FIRST_OF = {key: number - 2 if "Q" in key else number for key, number in END_OF.items()}
FIRST_OF |= {"2025-H1": 1, "2025-H2": 7, "2025-9M": 1, "2025": 1}
BEGIN_OF = {
    key: int(datetime(2025 - (number == 1), number - 1 or 12, 14, 17, tzinfo=UTC).timestamp()) * 1_000_000
    for key, number in FIRST_OF.items()
}
"""The first instant of each: the fifteenth of the month before its first one."""

ALONE = {"2025": ["2025-9M", "2025-H1"], "2025-9M": []}
SUMMED = {"2025": ["2025-H1", "2025-H2"], "2025-9M": ["2025-H1", "2025-Q3"]}
SUMMED |= {"2025-H1": ["2025-Q1", "2025-Q2"], "2025-H2": ["2025-Q3", "2025-Q4"]}
SUMMED |= {f"2025-Q{n}": [f"2025-{m:02d}" for m in range(3 * n - 2, 3 * n + 1)] for n in range(1, 5)}


@dataclass(frozen=True)
class Row:
    """An obligation with its history and with what the versions of its report say."""

    unit: int
    period: str
    elements: frozenset[str]
    requested: bool
    reminder: int
    facts: tuple[Fact, ...]
    sheets: Mapping[int, tuple[Mapping[str, int], bool]]
    """By version: figures, and whether it is a nil report."""


@dataclass(frozen=True)
class Seen:
    """A row as it stands."""

    status: str
    due: int | None
    live: int | None
    accepted: int | None


def see(row: Row, t: int, known_at: int) -> Seen:
    """Tell the history in order, then apply the rules from the top."""
    exists = excused = False
    base = own = first = correction = None
    versions: dict[FactKind, set[int]] = {kind: set() for kind in FactKind}
    for fact in sorted(row.facts, key=lambda f: (f.occurred_at, f.revision, f.ordinal)):
        if fact.occurred_at > t or fact.recorded_at > known_at:
            continue
        if fact.kind == FactKind.OPENED:
            exists, base = True, fact.due_at
        elif fact.kind == FactKind.DROPPED:
            exists = exists and first is not None
        elif fact.kind == FactKind.DUE_MOVED:
            base = fact.due_at if base is None or base > fact.occurred_at else base
        elif fact.kind == FactKind.DUE_SET:
            own = fact.due_at
        elif fact.version is None:
            excused = fact.kind == FactKind.EXCUSED
        else:
            versions[fact.kind].add(fact.version)
            first = fact.occurred_at if first is None and fact.kind == FactKind.SUBMITTED else first
            correction = fact.correction_due_at or correction
    sent = versions[FactKind.SUBMITTED]
    accepted = versions[FactKind.ACCEPTED] & sent
    newest = {version for version in sent if version == max(sent) and version not in versions[FactKind.RETURNED]}
    live = max(newest | accepted, default=None)
    due = own if own is not None else base
    status = _status(row, t, exists, excused, due, live, first, correction)
    return Seen(status, due, live, max(accepted, default=None))


def _status(
    row: Row,
    t: int,
    exists: bool,
    excused: bool,
    due: int | None,
    live: int | None,
    first: int | None,
    mend: int | None,
) -> str:
    if not exists:
        return "absent"
    if excused:
        return "excused"
    if due is None:
        return "undated"
    if row.requested:
        return "requested"
    if live is not None and first is not None:
        return "on_time" if first < due else "late"
    if first is not None:
        return "returned" if t < max(due, mend or due) else "overdue"
    if t >= due:
        return "overdue"
    return "due_soon" if t >= due - row.reminder else "not_due"


@dataclass(frozen=True)
class ToldTip:
    """A tip with what was told of it, in the order of writing."""

    unit: int
    received_at: int
    facts: tuple[TipFact, ...]


def tip_stands(tip: ToldTip, t: int, known_at: int) -> str:
    """Tell what happened to a tip in order: once it is handled, only what handles it says whether it was in time."""
    told = [fact for fact in tip.facts if fact.recorded_at <= known_at]
    if not told or t < tip.received_at:
        return "absent"
    state, late = "running", False
    instants = [fact.occurred_at if fact.handled_at is None else fact.handled_at for fact in told]
    for _, place in sorted((instant, place) for place, instant in enumerate(instants) if instant <= t):
        fact = told[place]
        if fact.kind in {TipFactKind.TRANSFERRED, TipFactKind.CLOSED}:
            state, late = "handled", fact.late
        elif state == "running":
            late = fact.late or fact.kind == TipFactKind.DEADLINE_MISSED
    return f"{state}_late" if late else f"{state}_in_time"


def tips_counted(tips: Sequence[ToldTip], units: set[int], period: str, t: int, known_at: int) -> dict[str, int] | None:
    """Count the tips that some units received in a period of 2025, by how they stand; None before any was told of."""
    if not any(fact.recorded_at <= known_at for tip in tips for fact in tip.facts):
        return None
    begins, ends = BEGIN_OF[period], int(datetime(2025, END_OF[period], 14, 17, tzinfo=UTC).timestamp()) * 1_000_000
    counted = dict.fromkeys(("handled_in_time", "handled_late", "running_in_time", "running_late"), 0)
    for tip in tips:
        if tip.unit in units and begins <= tip.received_at < ends:
            stands = tip_stands(tip, t, known_at)
            if stands != "absent":
                counted[stands] += 1
    return counted


class Reference:
    """Sums over the reports of 2025 by the fourteenth of each period's last month."""

    def __init__(self, rows: Sequence[Row], kinds: Mapping[str, str], t: int, known_at: int, basis: str) -> None:
        self.t, self.kinds = t, kinds
        seen = [(row, see(row, t, known_at)) for row in rows]
        self.rows = [(row, at) for row, at in seen if at.status != "absent"]
        self.basis = basis

    def version(self, at: Seen) -> int | None:
        return at.accepted if self.basis == "accepted" else at.live

    def figure(self, row: Row, at: Seen, element: str) -> int | None:
        """What a report says: its figure, or what nil means for it."""
        version = self.version(at)
        figures, nil = row.sheets.get(version or 0, ({}, False))
        if element in figures or not nil:
            return figures.get(element)
        if self.kinds[element] in {"flow", "distinct"}:
            return 0
        length = {"9": 9, "H": 6, "Q": 3}
        before = [
            (END_OF[other.period], length.get(other.period[5:6], 12 if other.period == "2025" else 1), -place, found)
            for place, (other, then) in enumerate(self.rows)
            if other.unit == row.unit and other.period != row.period and END_OF[other.period] <= END_OF[row.period]
            if element in other.elements
            if (found := other.sheets.get(self.version(then) or 0, ({}, False))[0].get(element)) is not None
        ]
        return max(before)[-1] if before else (0 if self.kinds[element] == "cumulative" else None)

    def own(self, unit: int, period: str, elements: set[str]) -> dict[str, int] | str:
        """The report of that very period: its figures, or "in part", or "out"."""
        rows = [(r, at) for r, at in self.rows if r.unit == unit and r.period == period and r.elements & elements]
        found: dict[str, int] = {}
        for row, at in rows:
            for element in elements & row.elements:
                figure = self.figure(row, at, element) if self.version(at) else None
                if figure is not None:
                    found.setdefault(element, figure)
        if found.keys() == elements:
            return found
        return "in part" if rows and all(self.version(at) for _, at in rows) else "out"

    def so_far(self, unit: int, period: str, elements: set[str]) -> dict[str, int]:
        """Nine months, else half a year, else the next shorter periods by kind; persons never add up over time."""
        distinct = any(self.kinds[element] == "distinct" for element in elements)
        # Half a year stands for nine months alone only where nothing may be added to it.
        for shorter in [*ALONE.get(period, []), *(["2025-H1"] if distinct and period == "2025-9M" else [])]:
            own = self.own(unit, shorter, elements)
            if own != "out":
                return own if isinstance(own, dict) else {}
        total: dict[str, int] = {}
        for shorter in [] if distinct else SUMMED.get(period, []):
            own = self.own(unit, shorter, elements)
            part = self.so_far(unit, shorter, elements) if own == "out" else own
            for element, figure in part.items() if isinstance(part, dict) else ():
                total[element] = figure + (total.get(element, 0) if self.kinds[element] == "flow" else 0)
        return total

    def ratio(self, units: set[int], period: str, *, n: str, d: str, at_least: int, if_any: bool) -> tuple[object, ...]:
        """Return n, d, expected, counted and the verdict with its reason."""
        sums: dict[str, int | None] = {n: None, d: None}
        expected = counted = 0
        dues: list[int] = []
        over = int(datetime(2025, END_OF[period], 14, 17, tzinfo=UTC).timestamp()) * 1_000_000
        for unit in units:
            rows = [(r, at) for r, at in self.rows if r.unit == unit and r.period == period and r.elements & {n, d}]
            wanted = {n, d} & {element for row, _ in rows for element in row.elements}
            awaited = [
                at
                for row, at in rows
                if not row.requested
                and (at.status != "excused" or self.version(at))
                and (at.due is not None or self.t >= over)
            ]
            own = self.own(unit, period, wanted) if wanted else "out"
            figures = self.so_far(unit, period, wanted) if awaited and own == "out" else own
            for element, figure in figures.items() if isinstance(figures, dict) else ():
                sums[element] = (sums[element] or 0) + figure
            expected += bool(awaited)
            counted += bool(awaited) and isinstance(own, dict)
            dues += [at.due for at in awaited if at.due is not None]
        total, whole = sums[n], sums[d]
        if total is None or whole is None:
            return total, whole, expected, counted, "no_data", None
        reached = 100 * total >= at_least * whole
        if counted == expected and whole == 0:
            verdict = ("not_applicable", None) if if_any else ("not_judged", "empty_population")
        elif counted == expected:
            verdict = ("met" if reached else "not_met", None)
        elif all(self.t >= due for due in dues):
            verdict = ("incomplete", None)
        else:
            verdict = ("on_track" if reached else "at_risk", None)
        return total, whole, expected, counted, *verdict
