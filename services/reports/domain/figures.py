"""Check the figures of a report before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from contracts.plan import DataElement, ElementKind
from kernel.calendar.period import Period, UnreadablePeriod, months, parse_period
from kernel.problems import Spot

_LARGEST = 2**53 - 1
"""Larger integers are not the same in every reader of JSON (RFC 8259, section 6)."""


class Earlier(NamedTuple):
    """What the same unit said of a cumulative element before."""

    period: str
    value: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The figures for one obligation, as they stand in the request."""

    pointer: str
    """Where they stand, as a JSON pointer."""
    period: Period
    figures: Mapping[str, object]


def find_faults(sheet: Sheet, elements: Mapping[str, DataElement], earlier: Mapping[str, Earlier]) -> Iterable[Spot]:
    """Yield every figure that cannot be right.

    `elements` are those of the plan, `earlier` the last figures of cumulative elements in the same year or programme.
    """
    for code, figure in sheet.figures.items():
        pointer = f"{sheet.pointer}/{_escaped(code)}"
        element = elements.get(code)
        if element is None:
            yield Spot(
                pointer,
                "element_unknown",
                f"kế hoạch không có số liệu mang mã {code}",
                f"the plan has no data element {code}",
            )
        elif isinstance(figure, dict):
            yield from _faults_by_month(pointer, element, sheet.period, figure)
        elif not _is_count(figure):
            yield _not_a_count(pointer)
        elif element.monthly:
            yield Spot(
                pointer,
                "months_missing",
                'số liệu này phải ghi riêng từng tháng: {"2025-06": 1}',
                'this element is reported for each month: {"2025-06": 1}',
            )
        elif element.kind is ElementKind.CUMULATIVE and code in earlier:
            yield from _fall(pointer, figure, earlier[code])


def _faults_by_month(
    pointer: str, element: DataElement, period: Period, figure: Mapping[str, object]
) -> Iterable[Spot]:
    if not element.monthly:
        yield Spot(
            pointer,
            "not_monthly",
            "số liệu này chỉ ghi một số cho cả kỳ báo cáo",
            "this element is reported once for the whole period",
        )
        return
    inside = months(period)
    for key, value in figure.items():
        if not _names_month_of(key, inside):
            yield Spot(
                f"{pointer}/{_escaped(key)}",
                "month_outside",
                f"{key} không phải là một tháng của kỳ {period.key}",
                f"{key} is not a month of {period.key}",
            )
        elif not _is_count(value):
            yield _not_a_count(f"{pointer}/{key}")


def _not_a_count(pointer: str) -> Spot:
    return Spot(
        pointer, "not_a_count", "số liệu phải là số nguyên từ 0 trở lên", "a figure is an integer of at least 0"
    )


def _fall(pointer: str, figure: object, earlier: Earlier) -> Iterable[Spot]:
    if isinstance(figure, int) and figure < earlier.value:
        yield Spot(
            pointer,
            "cumulative_falls",
            f"kỳ {earlier.period} đã báo cáo {earlier.value}; số lũy kế không được giảm",
            f"{earlier.value} was reported for {earlier.period}; a cumulative figure cannot fall",
        )


def _names_month_of(key: str, inside: Iterable[Period]) -> bool:
    try:
        return parse_period(key) in inside
    except UnreadablePeriod:
        return False


def _is_count(value: object) -> bool:
    # A bool is an int to Python, and would count as 1.
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def _escaped(step: str) -> str:
    """Return a step of a JSON pointer (RFC 6901, section 3)."""
    return step.replace("~", "~0").replace("/", "~1")
