"""Judge the promises of one plan from one viewpoint, each by the version of the plan that binds for its period."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contracts import plan as contract
from contracts.plan import Plan
from kernel.calendar.period import Period
from kernel.clock import from_micros, legal_day
from kernel.ids import UnitId
from services.reports.board.measures import to_indicator
from services.reports.board.memory import Judgement, Memory
from services.reports.board.territory import Territory, TreeOf, territory
from services.reports.board.wording import Wording
from services.reports.domain.promise import periods_of
from services.reports.evaluation.contribution import Asked, contributions
from services.reports.evaluation.evidence import Basis, Evidence, UnitReports, ends_at, reports_of, starts_at
from services.reports.evaluation.indicator import Answer, answer
from services.reports.evaluation.measures import Source, UnitsMeeting, elements_of
from services.reports.evaluation.releases import Release, find_release
from services.reports.evaluation.tips import TipsFigures


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """From where the promises of a plan are looked at."""

    plan: str
    unit_id: UnitId
    t: int
    """The instant asked about, in microseconds UTC."""
    known_at: int
    """Nothing that was recorded later is seen."""
    basis: Basis
    tree: TreeOf


class Judged:
    """The indicators of one plan, judged for one question."""

    def __init__(self, memory: Memory, asked: Viewpoint, plan: Plan) -> None:
        self.plan = plan
        self._memory = memory
        self._from = asked
        self._wording = Wording(memory, plan, asked.t, asked.known_at)
        self._evidence: dict[int, Evidence] = {}
        """By the version of the plan whose words it is read by."""
        self._reported: dict[int, dict[int, UnitReports]] = {}
        """By that version, and by unit: of those that owe anything."""

    @classmethod
    def at(cls, memory: Memory, asked: Viewpoint) -> Judged | None:
        """Return the indicators as of an instant; None if the plan was not in force yet."""
        plan = memory.version_at(memory.plan_ids[asked.plan], asked.t, asked.known_at)
        return None if plan is None else cls(memory, asked, plan)

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
        """Return one indicator over one period, by the version of the plan that binds there."""
        version, bound = self._wording.binding(indicator, period)
        asked = Asked(to_indicator(self._memory, version, bound, period), period, plans_issued=self._plans_issued())
        # Anew for each: the words before may have given numbers to further units.
        within = self._territory()
        judged = self.judgement(bound, period)
        found = answer(
            asked,
            contributions(asked, self._reports(asked, version, within)),
            self._from.t,
            tips=self._tips(asked, within),
            release=self._release(asked),
            judged_met=None if judged is None else judged.met,
        )
        return bound, period, found

    def judgement(self, indicator: contract.Indicator, period: Period) -> Judgement | None:
        """Return the latest verdict that a receiver gave on a narrative indicator."""
        given = [
            one
            for one in self._memory.judgements[self.plan.plan_id, indicator.code]
            if one.unit_id == self._from.unit_id
            and one.period == period.key
            and one.occurred_at <= self._from.t
            and one.recorded_at <= self._from.known_at
        ]
        return max(given, key=lambda one: (one.occurred_at, one.recorded_at), default=None)

    def _read_by(self, version: Plan) -> Evidence:
        """Return what is known of the instant, read by the words of a version of the plan."""
        if version.version not in self._evidence:
            asked = self._from
            self._evidence[version.version] = Evidence(
                t=asked.t,
                basis=asked.basis,
                book=self._memory.owed.book,
                known_at=asked.known_at,
                tables=self._wording.tables(version),
            )
        return self._evidence[version.version]

    def _reports(self, asked: Asked, version: Plan, within: Territory) -> tuple[UnitReports, ...]:
        if version.version not in self._reported:
            owed = self._memory.owed
            rows = owed.rows_of(self.plan.plan_id).tolist()
            units = {unit for unit in map(owed.book.columns.unit, rows) if within.holds(unit)}
            found = reports_of(sorted(units), rows, self._read_by(version))
            self._reported[version.version] = {one.unit: one for one in found}
        reported = self._reported[version.version]
        if isinstance(asked.indicator.measure, UnitsMeeting):
            silent = {one for one in asked.indicator.measure.population - reported.keys() if within.holds(one)}
            return (*reported.values(), *reports_of(sorted(silent), (), self._read_by(version)))
        return tuple(reported.values())

    def _tips(self, asked: Asked, within: Territory) -> TipsFigures | None:
        """Return what the tips service counted in the territory, if it is asked."""
        if asked.indicator.source is not Source.TIPS:
            return None
        days = starts_at(asked.period, asked.cut_off), ends_at(asked.period, asked.cut_off)
        return self._memory.tips.figures(within.held, days, self._from.t, self._from.known_at)

    def _release(self, asked: Asked) -> Release | None:
        """Return what was released for exactly this unit and period, if released statistics are asked."""
        if asked.indicator.source is not Source.REFERRALS:
            return None
        released = self._memory.releases.get((self._from.unit_id, asked.period.key), ())
        return find_release(released, elements_of(asked.indicator.measure), self._from.t, self._from.known_at)

    def _territory(self) -> Territory:
        today = legal_day(from_micros(self._from.t))
        return territory(self._memory, self._from.unit_id, self.plan.slug, self._from.tree, today)

    def _plans_issued(self) -> frozenset[int]:
        """Return the units that have issued a plan of their own under this one."""
        memory = self._memory
        found = (
            memory.version_at(plan_id, self._from.t, self._from.known_at)
            for plan_id in memory.plan_ids.values()
            if plan_id != self.plan.plan_id
        )
        return frozenset(
            memory.owed.number_of(other.issuer_id)
            for other in found
            if other is not None and self.plan.slug in {reference.plan_slug for reference in other.superior_plans}
        )
