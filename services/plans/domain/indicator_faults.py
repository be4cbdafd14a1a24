"""Find what is wrong with an indicator: what it counts must be there and fit its measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts.plan import (
    DataElement,
    ElementKind,
    FrequencyPerPeriod,
    Growth,
    Indicator,
    Measure,
    Milestone,
    Ratio,
    Target,
    UnitsMeeting,
)
from kernel.calendar.period import UnreadablePeriod, parse_period
from kernel.problems import Spot
from services.plans.domain.recurring_faults import element_unknown, resolved_here

Elements = Mapping[str, DataElement]


def find_indicator_faults(indicator: Indicator, elements: Elements, pointer: str) -> Iterator[Spot]:
    """Yield every fault of an indicator that stands at `pointer`."""
    pointer = f"{pointer}/measure"
    for member, code in _elements_named(indicator.measure):
        if code not in elements:
            yield element_unknown(f"{pointer}/{member}", code)
    match indicator.measure:
        case Ratio(denominator=()):
            yield Spot(
                f"{pointer}/denominator",
                "denominator_missing",
                "tỷ lệ phải có mẫu số",
                "a share is a share of something: name its denominator",
            )
        case UnitsMeeting() as share:
            yield from _faults_of_share(share, pointer)
        case Growth() as growth:
            yield from _faults_of_baseline(growth, pointer)
        case FrequencyPerPeriod(element=code) if code in elements:
            yield from _faults_of_frequency(elements[code], f"{pointer}/element")
    target = getattr(indicator.measure, "target", None)
    if target is not None:
        yield from _faults_of_target(target, f"{pointer}/target")


def _elements_named(measure: Measure) -> Iterator[tuple[str, str]]:
    """Yield where in a measure a data element is named, and which."""
    for member in ("numerator", "denominator", "value"):
        for place, code in enumerate(getattr(measure, member, ())):
            yield f"{member}/{place}", code
    if isinstance(measure, FrequencyPerPeriod | Milestone):
        yield "element", measure.element
    if isinstance(measure, UnitsMeeting):
        for place, condition in enumerate(measure.conditions):
            if condition.element is not None:
                yield f"conditions/{place}/element", condition.element


def _faults_of_share(share: UnitsMeeting, pointer: str) -> Iterator[Spot]:
    if share.population_ids:
        yield resolved_here(f"{pointer}/population_ids")
    for place, condition in enumerate(share.conditions):
        if condition.element is None and not condition.issued_plan:
            yield Spot(
                f"{pointer}/conditions/{place}",
                "condition_empty",
                "điều kiện phải nêu một số liệu, hoặc yêu cầu đơn vị đã ban hành kế hoạch",
                "a condition names an element, or asks for an issued plan",
            )


def _faults_of_baseline(growth: Growth, pointer: str) -> Iterator[Spot]:
    if growth.baseline_period is not None:
        try:
            parse_period(growth.baseline_period)
        except UnreadablePeriod as unreadable:
            vi, en = unreadable.say("vi").detail, unreadable.say("en").detail
            yield Spot(f"{pointer}/baseline_period", unreadable.code, vi, en)
    elif growth.baseline_value is not None:
        yield Spot(
            f"{pointer}/baseline_period",
            "baseline_unplaced",
            "giá trị gốc phải thuộc một kỳ gốc: nêu kỳ đó",
            "a baseline value is that of some period: name it",
        )


def _faults_of_frequency(element: DataElement, pointer: str) -> Iterator[Spot]:
    if not element.monthly:
        yield Spot(
            pointer,
            "element_not_monthly",
            f"{element.code} không được báo cáo theo từng tháng: đặt `monthly: true`",
            f"{element.code} is not reported by month: set `monthly: true`",
        )
    elif element.kind is ElementKind.CUMULATIVE:
        # What was counted once is in every later month too, so that no month could ever miss the threshold.
        yield Spot(
            pointer,
            "element_kind_unfit",
            f"{element.code} là số lũy kế: số của mỗi tháng không nói riêng về tháng đó",
            f"{element.code} is cumulative: no month would stand for itself",
        )


def _faults_of_target(target: Target, pointer: str) -> Iterator[Spot]:
    if target.at_least is not None and target.at_most is not None and target.at_most < target.at_least:
        yield Spot(
            pointer,
            "band_reversed",
            f"không giá trị nào vừa từ {target.at_least} trở lên vừa không quá {target.at_most}",
            f"nothing is at least {target.at_least} and at most {target.at_most}",
        )
