"""Find what is wrong with an indicator: what it counts must be there and fit its measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from contracts.plan import (
    Condition,
    Count,
    DataElement,
    ElementKind,
    FrequencyPerPeriod,
    Growth,
    Indicator,
    Milestone,
    Ratio,
    Target,
    UnitsMeeting,
)
from kernel.calendar.period import UnreadablePeriod, parse_period
from kernel.problems import Spot

Elements = Mapping[str, DataElement]


def find_indicator_faults(indicator: Indicator, elements: Elements, pointer: str) -> Iterator[Spot]:
    """Yield every fault of an indicator that stands at `pointer`."""
    pointer = f"{pointer}/measure"
    match indicator.measure:
        case Ratio() as ratio:
            yield from _unknown(ratio.numerator, elements, f"{pointer}/numerator")
            yield from _unknown(ratio.denominator, elements, f"{pointer}/denominator")
            if not ratio.denominator:
                yield Spot(f"{pointer}/denominator", "denominator_missing", "a share is a share of something")
        case UnitsMeeting() as share:
            for place, condition in enumerate(share.conditions):
                yield from _faults_of_condition(condition, elements, f"{pointer}/conditions/{place}")
            if share.population_ids:
                yield Spot(f"{pointer}/population_ids", "resolved_here", "ids are found from `population`: leave it out")
        case Growth() as growth:
            yield from _unknown(growth.value, elements, f"{pointer}/value")
            yield from _faults_of_baseline(growth, pointer)
        case FrequencyPerPeriod() as frequency:
            yield from _faults_of_frequency(frequency, elements, f"{pointer}/element")
        case Count() as count:
            yield from _unknown(count.value, elements, f"{pointer}/value")
        case Milestone() as milestone:
            yield from _unknown_one(milestone.element, elements, f"{pointer}/element")
    target = getattr(indicator.measure, "target", None)
    if target is not None:
        yield from _faults_of_target(target, f"{pointer}/target")


def _unknown(codes: Sequence[str], elements: Elements, pointer: str) -> Iterator[Spot]:
    for place, code in enumerate(codes):
        yield from _unknown_one(code, elements, f"{pointer}/{place}")


def _unknown_one(code: str, elements: Elements, pointer: str) -> Iterator[Spot]:
    if code not in elements:
        yield Spot(pointer, "element_unknown", f"the plan has no data element {code}")


def _faults_of_condition(condition: Condition, elements: Elements, pointer: str) -> Iterator[Spot]:
    if condition.element is not None:
        yield from _unknown_one(condition.element, elements, f"{pointer}/element")
    elif not condition.issued_plan:
        yield Spot(pointer, "condition_empty", "a condition names an element, or asks for an issued plan")


def _faults_of_baseline(growth: Growth, pointer: str) -> Iterator[Spot]:
    if growth.baseline_period is not None:
        try:
            parse_period(growth.baseline_period)
        except UnreadablePeriod as unreadable:
            yield Spot(f"{pointer}/baseline_period", unreadable.code, unreadable.say("en").detail)
    elif growth.baseline_value is not None:
        yield Spot(f"{pointer}/baseline_period", "baseline_unplaced", "a baseline value is that of some period: name it")


def _faults_of_frequency(frequency: FrequencyPerPeriod, elements: Elements, pointer: str) -> Iterator[Spot]:
    element = elements.get(frequency.element)
    if element is None:
        yield from _unknown_one(frequency.element, elements, pointer)
    elif not element.monthly:
        yield Spot(pointer, "element_not_monthly", f"{element.code} is not reported by month: set `monthly: true`")
    elif element.kind is ElementKind.CUMULATIVE:
        # What was counted once is in every later month too, so that no month could ever miss the threshold.
        yield Spot(pointer, "element_kind_unfit", f"{element.code} is cumulative: no month would stand for itself")


def _faults_of_target(target: Target, pointer: str) -> Iterator[Spot]:
    if target.at_least is not None and target.at_most is not None and target.at_most < target.at_least:
        yield Spot(pointer, "band_reversed", f"nothing is at least {target.at_least} and at most {target.at_most}")
