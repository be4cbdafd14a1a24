"""Tell the engine what a plan promises, in the engine's own words."""

from __future__ import annotations

from datetime import date, timedelta
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


def elements(memory: Memory, plan: Plan) -> dict[str, Element]:
    """Return the data elements of a plan by their codes, also those that only an earlier version had."""
    return {
        one.code: Element(one.code, ElementKind(one.kind.value), one.since)
        for version in memory.versions_up_to(plan)
        for one in version.elements
    }


def forms(memory: Memory, plan: Plan) -> list[Form]:
    """Return for every row what its report counts for; nothing for rows of other plans.

    A report that was owed under a rule which the plan has no longer counts as it did under the last version with it.
    """
    by_row = [Form(frozenset())] * len(memory.rows)
    known: dict[tuple[str, str], Form] = {}
    rules = {rule.code: (version, rule) for version in memory.versions_up_to(plan) for rule in version.rules}
    for number in memory.rows_of_plan[plan.plan_id]:
        row = memory.rows[number]
        if row.rule not in rules:
            continue
        kind = memory.reference.tree.get(UnitId(row.unit_id)).reporter_kind
        if (row.rule, kind) not in known:
            known[row.rule, kind] = _form(*rules[row.rule], kind)
        by_row[number] = known[row.rule, kind]
    return by_row


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
        return frozenset(memory.number_of(unit_id) for unit_id in measure.population_ids)
    tree = memory.reference.tree
    day = _day_of_count(tree, plan.issuer_id, period)
    return frozenset(memory.number_of(unit_id) for unit_id in _selected(tree, measure.population, plan, day))


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
