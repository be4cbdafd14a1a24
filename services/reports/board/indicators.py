"""Which indicator is met: value, coverage and verdict of every promise of a plan, at any instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from contracts import plan as contract
from contracts.plan import Plan
from kernel.calendar.period import CutOff, Period
from kernel.clock import from_micros, legal_day, start_of, to_micros
from kernel.ids import UnitId
from runtime.http.tables import csv_bytes
from services.reports.board.measures import elements, forms, to_indicator
from services.reports.board.memory import Judgement, Memory, visible_at
from services.reports.board.shapes import Standpoint, UnitName, encode, standpoint, unit_name
from services.reports.board.territory import Territory, TreeOf, territory
from services.reports.domain.promise import periods_of
from services.reports.evaluation.contribution import Asked, contributions
from services.reports.evaluation.evidence import Basis, Evidence, Tables, UnitReports, ends_at, reports_of
from services.reports.evaluation.history import NEVER
from services.reports.evaluation.indicator import Answer, Value, answer
from services.reports.evaluation.measures import UnitsMeeting
from services.reports.evaluation.verdict import Verdict


class TargetShown(msgspec.Struct, frozen=True):
    """The threshold: per cent for shares and growth, a number otherwise."""

    at_least: int | None
    at_most: int | None


class ValueShown(msgspec.Struct, frozen=True):
    """n of d, as integers; null is unknown, which is not zero."""

    n: int | None
    d: int | None


class Coverage(msgspec.Struct, frozen=True):
    """How many units are counted, of those that are expected."""

    counted: int
    expected: int
    missing: list[UnitName]


class IndicatorShown(msgspec.Struct, frozen=True):
    """How one indicator stands over one period."""

    code: str
    name: str
    area: str
    measure: str
    source: str
    period: str
    verdict: str
    reason: str | None
    """Why it is not judged, or why there is no data."""
    value: ValueShown
    own_books: ValueShown | None
    """Of the tips indicator: what units report from their own books, shown apart."""
    target: TargetShown | None
    provisional: bool
    coverage: Coverage


class IndicatorsAnswer(msgspec.Struct, frozen=True):
    """The indicator board."""

    standpoint: Standpoint
    plan: str
    version: int | None
    """The version of the plan in force at the instant; null before the first one takes effect."""
    unit: UnitName
    tree: str
    basis: str
    generating: bool
    indicators: list[IndicatorShown]


@dataclass(frozen=True, slots=True)
class IndicatorsQuestion:
    """Which indicators, from where."""

    plan: str
    unit_id: UnitId
    as_of: datetime | None = None
    known_at: datetime | None = None
    basis: Basis = Basis.ACCEPTED
    tree: TreeOf = "then"
    form: Literal["json", "csv"] = "json"

    def answer(self, memory: Memory, t: int) -> bytes:
        """Return the board as JSON or CSV."""
        known_at = visible_at(memory, self.known_at)
        book = Judged.at(memory, self, t, known_at)
        shown = [shown_of(memory, *found) for found in book.all()] if book else []
        if self.form == "csv":
            return _csv(shown)
        return encode(
            IndicatorsAnswer(
                standpoint=standpoint(memory, as_of=self.as_of, known_at=self.known_at, t=t),
                plan=self.plan,
                version=book.plan.version if book else None,
                unit=unit_name(memory, self.unit_id),
                tree=self.tree,
                basis=self.basis.value,
                generating=memory.is_generating(self.plan, known_at),
                indicators=shown,
            )
        )


class Judged:
    """The indicators of one plan, judged for one question."""

    def __init__(self, memory: Memory, question: IndicatorsQuestion, plan: Plan, t: int, known_at: int) -> None:
        self.plan = plan
        self._memory = memory
        self._question = question
        self._t = t
        self._known_at = known_at
        self._evidence = self._gather()

    @classmethod
    def at(cls, memory: Memory, question: IndicatorsQuestion, t: int, known_at: int) -> Judged | None:
        """Return the indicators as of an instant; None if the plan was not in force yet."""
        plan = memory.version_at(memory.plan_ids[question.plan], t, known_at)
        return None if plan is None else cls(memory, question, plan, t, known_at)

    def all(self) -> Iterable[tuple[contract.Indicator, Period, Answer]]:
        """Yield every indicator over each of its periods, in the order of the plan."""
        for indicator in self.plan.indicators:
            for period in periods_of(self.plan, indicator):
                yield self.one(indicator, period)

    def cell(self, code: str, period_key: str) -> tuple[contract.Indicator, Period, Answer] | None:
        """Return one indicator over one period, by their names; None if the plan has no such cell."""
        for indicator in self.plan.indicators:
            for period in periods_of(self.plan, indicator):
                if (indicator.code, period.key) == (code, period_key):
                    return self.one(indicator, period)
        return None

    def one(self, indicator: contract.Indicator, period: Period) -> tuple[contract.Indicator, Period, Answer]:
        """Return one indicator over one period, by the version whose threshold binds there."""
        bound = self._binding(indicator, period)
        asked = Asked(to_indicator(self._memory, self.plan, bound, period), period, plans_issued=self._plans_issued())
        found = contributions(asked, self._reports(asked))
        judged = self.judgement(bound, period)
        return bound, period, answer(asked, found, self._t, judged_met=None if judged is None else judged.met)

    def judgement(self, indicator: contract.Indicator, period: Period) -> Judgement | None:
        """Return the latest verdict that a receiver gave on a narrative indicator."""
        given = [
            one
            for one in self._memory.judgements[self.plan.plan_id, indicator.code]
            if one.unit_id == self._question.unit_id
            and one.period == period.key
            and one.occurred_at <= self._t
            and one.recorded_at <= self._known_at
        ]
        return max(given, key=lambda one: (one.occurred_at, one.recorded_at), default=None)

    def _binding(self, indicator: contract.Indicator, period: Period) -> contract.Indicator:
        """Return the indicator of the latest version that is effective by the end of the period."""
        end = ends_at(period, CutOff.DECREE_09)
        version = self._memory.version_at(self.plan.plan_id, self._t, self._known_at, effective_by=end) or self.plan
        return next((one for one in version.indicators if one.code == indicator.code), indicator)

    def _gather(self) -> Evidence:
        memory = self._memory
        return Evidence(
            t=self._t,
            basis=self._question.basis,
            columns=memory.book.columns,
            standings=memory.book.as_of(self._t, self._known_at),
            tables=Tables(
                periods=memory.periods,
                forms=forms(memory, self.plan),
                elements=elements(memory, self.plan),
                figures=memory.figures,
                lifetimes=_lifetimes(memory),
            ),
        )

    def _reports(self, asked: Asked) -> tuple[UnitReports, ...]:
        memory = self._memory
        rows = memory.rows_of_plan[self.plan.plan_id]
        units = {int(memory.book.columns.unit[row]) for row in rows}
        if isinstance(asked.indicator.measure, UnitsMeeting):
            units |= asked.indicator.measure.population
        within = self._territory()
        return reports_of(sorted(unit for unit in units if within.holds(unit)), rows, self._evidence)

    def _territory(self) -> Territory:
        today = legal_day(from_micros(self._t))
        return territory(self._memory, self._question.unit_id, self.plan.slug, self._question.tree, today)

    def _plans_issued(self) -> frozenset[int]:
        """Return the units that have issued a plan of their own under this one."""
        memory = self._memory
        found = (
            memory.version_at(plan_id, self._t, self._known_at)
            for plan_id in memory.plan_ids.values()
            if plan_id != self.plan.plan_id
        )
        return frozenset(
            memory.number_of(other.issuer_id)
            for other in found
            if other is not None and self.plan.slug in {reference.plan_slug for reference in other.superior_plans}
        )


def _lifetimes(memory: Memory) -> dict[int, tuple[int, int]]:
    """Return from when until when each unit exists."""
    lifetimes = {}
    for number, unit_id in enumerate(memory.units):
        unit = memory.reference.tree.get(UnitId(unit_id))
        until = NEVER if unit.valid_until is None else to_micros(start_of(unit.valid_until))
        lifetimes[number] = (to_micros(start_of(unit.valid_from)), until)
    return lifetimes


def shown_of(memory: Memory, indicator: contract.Indicator, period: Period, found: Answer) -> IndicatorShown:
    """Return how an indicator stands, for people and other systems."""
    return IndicatorShown(
        code=indicator.code,
        name=indicator.name,
        area=indicator.area.value,
        measure=indicator.measure.measure,
        source=indicator.source.value,
        period=period.key,
        verdict=found.verdict.value,
        reason=reason_of(indicator, found),
        value=_value(found.value),
        own_books=_value(found.own_books) if indicator.source is contract.Source.TIPS else None,
        target=None if found.target is None else TargetShown(found.target.at_least, found.target.at_most),
        provisional=found.is_provisional,
        coverage=Coverage(found.counted, found.expected, _by_code(memory, found.missing)),
    )


def reason_of(indicator: contract.Indicator, found: Answer) -> str | None:
    """Return why an indicator is not judged, or whose figures are lacking where there are none."""
    if found.reason is not None:
        return found.reason.value
    if found.verdict is not Verdict.NO_DATA:
        return None
    match indicator.source:
        case contract.Source.TIPS:
            return "tips_service_silent"
        case contract.Source.REFERRALS:
            return "no_statistics_released"
        case _:
            return "no_figures_yet"


def _value(value: Value) -> ValueShown:
    return ValueShown(value.n, value.d)


def _by_code(memory: Memory, numbers: Iterable[int]) -> list[UnitName]:
    """Return units in an order that is the same in every process, unlike their numbers."""
    return sorted((unit_name(memory, memory.units[one]) for one in numbers), key=lambda unit: (unit.code, unit.id))


def _csv(shown: list[IndicatorShown]) -> bytes:
    columns = ("indicator", "name", "period", "verdict", "reason", "n", "d", "at_least", "at_most")
    rows = [
        (
            one.code,
            one.name,
            one.period,
            one.verdict,
            one.reason,
            one.value.n,
            one.value.d,
            one.target and one.target.at_least,
            one.target and one.target.at_most,
            one.coverage.counted,
            one.coverage.expected,
        )
        for one in shown
    ]
    return csv_bytes((*columns, "counted", "expected"), rows)
