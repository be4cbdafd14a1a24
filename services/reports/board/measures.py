"""Tell the engine what a plan promises, in the engine's own words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from contracts import plan as contract
from contracts.plan import Plan
from kernel.calendar.period import CutOff, Period
from kernel.clock import from_micros, legal_day
from kernel.ids import UnitId
from kernel.units import UnitTree
from services.reports.board.memory import Memory
from services.reports.domain.obligation import elements_of
from services.reports.evaluation import measures as engine
from services.reports.evaluation.evidence import Form, ends_at
from services.reports.evaluation.figures import Element, ElementKind


def to_indicator(memory: Memory, plan: Plan, indicator: contract.Indicator, period: Period) -> engine.Indicator:
    """Return an indicator as the engine judges it over a period."""
    measure = _to_measure(memory, plan, indicator, period)
    return engine.Indicator(measure, engine.Source(indicator.source.value), if_any=indicator.if_any)


class Words:
    """How reports are read by the words of one version of a plan.

    What this version does not know of, because an earlier one dropped it or a later one added it, is read by the words
    of the nearest version that does: a report that was owed under a rule counts, whatever became of the rule.
    """

    def __init__(self, memory: Memory, version: Plan, known: Sequence[Plan]) -> None:
        """Take a version, and all that are known at the instant asked about, in order."""
        self._memory = memory
        earlier = [one for one in known if one.version <= version.version]
        later = [one for one in known if one.version > version.version]
        # Of two with the same code the last one stays.
        self._versions = [*reversed(later), *earlier]
        self._rules = {rule.code: (one, rule) for one in self._versions for rule in one.rules}

    def elements(self) -> dict[str, Element]:
        """Return the data elements by their codes."""
        return {
            one.code: Element(one.code, ElementKind(one.kind.value), one.since)
            for version in self._versions
            for one in version.elements
        }

    def form(self, number: int) -> Form:
        """Return what the report of a row of the plan counts for."""
        owed = self._memory.owed
        rule, unit_id = owed.rule(number), owed.units[owed.book.columns.unit(number)]
        kind = self._memory.reference.tree.get(UnitId(unit_id)).reporter_kind
        return self._form(rule, kind)

    @cache  # noqa: B019 - lives as long as one question
    def _form(self, code: str, kind: str) -> Form:
        return _form(*self._rules[code], kind) if code in self._rules else Form(frozenset())


def _form(plan: Plan, rule: contract.Rule, kind: str) -> Form:
    counted = {one.code for one in plan.elements if not one.authoritative or kind in one.authoritative}
    return Form(elements_of(plan, rule, kind) & counted, rule.cut_off)


def _to_measure(memory: Memory, plan: Plan, indicator: contract.Indicator, period: Period) -> engine.Measure:
    measure = indicator.measure
    match measure:
        case contract.Ratio():
            return engine.Ratio(measure.numerator, measure.denominator, _target(measure.target))
        case contract.UnitsMeeting():
            conditions = tuple(
                engine.Condition(None if one.issued_plan else one.element, one.at_least) for one in measure.conditions
            )
            population = _population(memory, plan, indicator, measure, period)
            return engine.UnitsMeeting(conditions, population, _target(measure.target))
        case contract.Growth():
            target, lower = _target(measure.target), indicator.direction == "lower"
            return engine.Growth(measure.value, measure.baseline_value, target, cap=measure.cap, lower_is_better=lower)
        case contract.FrequencyPerPeriod():
            return engine.Frequency(measure.element, _target(measure.target))
        case contract.Count():
            return engine.Count(measure.value, _target(measure.target))
        case contract.Milestone():
            return engine.Milestone(measure.element, measure.done_by)
        case contract.Narrative():
            return engine.Narrative()


def _target(target: contract.Target | None) -> engine.Target | None:
    if target is None or (target.at_least is None and target.at_most is None):
        return None
    return engine.Target(target.at_least, target.at_most)


def _population(
    memory: Memory, plan: Plan, indicator: contract.Indicator, measure: contract.UnitsMeeting, period: Period
) -> frozenset[int]:
    """Return the units that count: those of the day of issue, or those of the period's end while the issuer exists."""
    if indicator.population == "frozen":
        return frozenset(memory.owed.number_of(unit_id) for unit_id in measure.population_ids)
    tree = memory.reference.tree
    day = _day_of_count(tree, plan.issuer_id, period)
    return frozenset(memory.owed.number_of(unit_id) for unit_id in _selected(tree, measure.population, plan, day))


def _day_of_count(tree: UnitTree, issuer_id: UUID, period: Period) -> date:
    last_instant = ends_at(period, CutOff.DECREE_09) - 1
    day = legal_day(from_micros(last_instant))
    until = tree.get(UnitId(issuer_id)).valid_until
    return day if until is None or day < until else until - timedelta(days=1)


def _selected(tree: UnitTree, selector: contract.Selector, plan: Plan, day: date) -> set[UnitId]:
    found = {unit.id for code in selector.units if (unit := tree.find(code, day)) is not None}
    if selector.under is not None and (top := tree.find(selector.under, plan.effective_on)) is not None:
        found |= set(tree.below(top.id, day, kinds=selector.kinds, depth=selector.depth))
    return found
