"""Everything the answers are made of, in memory: obligations as columns, figures, plans, verdicts given by hand."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.plan import Plan
from kernel.calendar.period import CutOff, Period, months, parse_period
from kernel.clock import start_of, to_micros
from runtime.database.revision import Revision
from runtime.reference import ReferenceView
from services.reports.board.feed import Delta
from services.reports.domain.content import content_from_json
from services.reports.domain.obligation import effective_at
from services.reports.evaluation.book import Book
from services.reports.evaluation.columns import Duty
from services.reports.evaluation.figures import Figures
from services.reports.store.obligations import to_fact

_DAY = 24 * 60 * 60 * 1_000_000
"""Microseconds: reminders count days of 24 hours."""


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A version of a plan on both axes of time."""

    plan: Plan
    occurred_at: int
    recorded_at: int
    effective_at: int


@dataclass(frozen=True, slots=True)
class Row:
    """What an obligation is, beside its columns."""

    id: UUID
    plan_id: UUID
    rule: str
    unit_id: UUID
    period: str
    title: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict given by a receiver."""

    unit_id: UUID
    period: str
    met: bool
    reason: str
    occurred_at: int
    recorded_at: int


class Memory:
    """The arrays and tables. One thread writes and reads them."""

    def __init__(self, reference: ReferenceView) -> None:
        self.at: Revision | None = None
        """How far it follows the database."""
        self.reference = reference
        self.book = Book()
        self.figures = Figures()
        self.rows: list[Row] = []
        self.rows_of_plan: dict[UUID, list[int]] = defaultdict(list)
        self.units: list[UUID] = []
        self.periods: list[Period] = []
        self.plan_ids: dict[str, UUID] = {}
        self.generating: set[UUID] = set()
        self.versions: dict[UUID, list[PlanVersion]] = defaultdict(list)
        self.judgements: dict[tuple[UUID, str], list[Judgement]] = defaultdict(list)
        self.report_of: dict[int, UUID] = {}
        """The report that covers the obligation of a row."""
        self._row_of: dict[UUID, int] = {}
        self._unit_number: dict[UUID, int] = {}
        self._period_number: dict[str, int] = {}
        self._rule_number: dict[tuple[UUID, str], int] = {}
        self._plan_number: dict[UUID, int] = {}
        self._ends: list[int] = []

    def apply(self, delta: Delta) -> None:
        """Take in what changed."""
        for row in delta.plan_versions:
            self._add_version(row)
        for row in delta.plans:
            self.plan_ids[row.slug] = row.id
            (self.generating.add if row.generating else self.generating.discard)(row.id)
        for row in delta.states:
            if row.id not in self._row_of:
                self._add_row(row)
        happened = defaultdict(list)
        for row in delta.history:
            happened[self._row_of[row.obligation_id]].append(to_fact(row))
        for number, facts in happened.items():
            self.book.record(number, facts)
        for row in delta.report_versions:
            self._add_figures(row)
        for row in delta.judgements:
            self._add_judgement(row)
        self.reference = delta.reference
        self.at = delta.until

    def number_of(self, unit_id: UUID) -> int:
        """Return the number of a unit in the columns; it gets one if it has none."""
        number = self._unit_number.setdefault(unit_id, len(self.units))
        if number == len(self.units):
            self.units.append(unit_id)
        return number

    def row_of(self, obligation_id: UUID) -> int | None:
        """Return the row of an obligation, if it is there."""
        return self._row_of.get(obligation_id)

    def version_at(self, plan_id: UUID, t: int, known_at: int, *, effective_by: int | None = None) -> Plan | None:
        """Return the version of a plan that had occurred by `t` and was recorded by `known_at`; the latest effective.

        `effective_by` asks for the latest that is effective by then, as thresholds do with the end of their period.
        """
        limit = t if effective_by is None else effective_by
        fitting = [
            version
            for version in self.versions[plan_id]
            if version.recorded_at <= known_at
            and version.effective_at <= limit
            and (version.occurred_at <= t or version.plan.version == 1)
        ]
        # A plan may be entered after its effective day; its first version speaks for the days between.
        return max(fitting, key=lambda version: version.plan.version).plan if fitting else None

    def boundaries_passed(self, t: int) -> int:
        """Return how many instants have passed by `t` at which an answer can change without anything being written."""
        return self.book.boundaries.passed(t) + bisect_right(self._ends, t)

    def boundaries_around(self, t: int) -> tuple[int | None, int | None]:
        """Return the last boundary at or before `t` and the first one after it."""
        place = bisect_right(self._ends, t)
        before = [self._ends[place - 1]] if place else []
        after = self._ends[place : place + 1]
        earlier, later = self.book.boundaries.last_by(t), self.book.boundaries.next_after(t)
        return (
            max([*before, *([] if earlier is None else [earlier])], default=None),
            min([*after, *([] if later is None else [later])], default=None),
        )

    def _add_version(self, row: Any) -> None:
        plan = Plan.model_validate(row.document)
        effective = to_micros(effective_at(plan))
        occurred, recorded = to_micros(row.occurred_at), to_micros(row.recorded_at)
        self.versions[plan.plan_id].append(PlanVersion(plan, occurred, recorded, effective))
        insort(self._ends, effective)
        insort(self._ends, occurred)

    def _add_row(self, row: Any) -> None:
        period = self._period(row.period)
        duty = Duty(
            unit=self.number_of(row.unit_id),
            period=period,
            rule=self._rule_number.setdefault((row.plan_id, row.rule), len(self._rule_number)),
            plan=self._plan_number.setdefault(row.plan_id, len(self._plan_number)),
            reminder=self._reminder(row.plan_id, row.rule),
            requested=row.requirement == "requested",
        )
        number = self.book.add(duty, ())
        self.rows.append(Row(row.id, row.plan_id, row.rule, row.unit_id, row.period, row.title))
        self._row_of[row.id] = number
        self.rows_of_plan[row.plan_id].append(number)

    def _reminder(self, plan_id: UUID, rule_code: str) -> int:
        for version in self.versions[plan_id]:
            for rule in version.plan.rules:
                if rule.code == rule_code:
                    return rule.reminder_days * _DAY
        return 0

    def _period(self, key: str) -> int:
        number = self._period_number.setdefault(key, len(self.periods))
        if number == len(self.periods):
            period = parse_period(key)
            self.periods.append(period)
            for part in (period, *months(period)):
                for span in (part.days(CutOff.DECREE_09), part.days(CutOff.CALENDAR)):
                    if span is not None:
                        insort(self._ends, to_micros(start_of(span.until)))
        return number

    def _add_figures(self, row: Any) -> None:
        for obligation_id, sheet in content_from_json(row.content).sheets.items():
            number = self._row_of[obligation_id]
            totals = {code: figure for code, figure in sheet.figures.items() if isinstance(figure, int)}
            by_month = {
                code: {parse_period(month): value for month, value in figure.items()}
                for code, figure in sheet.figures.items()
                if isinstance(figure, dict)
            }
            self.figures.add(number, row.version, totals, by_month=by_month, nil=sheet.nil)
            self.report_of[number] = row.report_id

    def _add_judgement(self, row: Any) -> None:
        judged = Judgement(
            row.unit_id, row.period, row.met, row.reason, to_micros(row.occurred_at), to_micros(row.recorded_at)
        )
        self.judgements[row.plan_id, row.indicator].append(judged)


def visible_at(memory: Memory, known_at: datetime | None) -> int:
    """Return the second axis of an answer: what was known by then, at most all that was read."""
    newest = 0 if memory.at is None else to_micros(memory.at.recorded_at)
    return newest if known_at is None else min(newest, to_micros(known_at))
