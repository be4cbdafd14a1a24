"""Draw the figures of a synthetic year, so that the periods of one unit agree with each other.

Every element has one value a month. What a quarter, a half-year or a year reports is made of those months by the
element's kind, so that a half-year contains its second quarter and a cumulative figure never falls.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from contracts.plan import DataElement, ElementKind
from examples.acts import Covered
from examples.script import Flow, Level, PlanScript, Share
from kernel.calendar.period import Period, months

_MONTHS = 12
_REPEATED_PERCENT = 10
"""How many of those reached earlier in the year a later report counts once more: distinct figures do not add up."""


class Figures:
    """The figures of one plan's units. The same seed gives the same figures, whichever are asked for first."""

    def __init__(self, script: PlanScript, *, seed: str) -> None:
        self._script = script
        self._seed = seed
        self._gaps = {(gap.unit, gap.element, month) for gap in script.gaps for month in gap.months}

    def report(self, unit: str, rule: str, period: Period, elements: Sequence[DataElement]) -> Covered:
        """Return what a unit reports for a period under a rule."""
        in_months = [element for element in elements if element.monthly]
        return Covered(
            rule=rule,
            period=period.key,
            figures={
                element.code: self._value(unit, element, period) for element in elements if element not in in_months
            },
            monthly={element.code: self._by_month(unit, element, period) for element in in_months},
        )

    def _by_month(self, unit: str, element: DataElement, period: Period) -> dict[str, int]:
        values = self._year(unit, element.code, period.year)
        return {month.key: values[month.index - 1] for month in months(period)}

    def _value(self, unit: str, element: DataElement, period: Period) -> int:
        values = self._year(unit, element.code, period.year)
        span = months(period)
        before, until = span[0].index - 1, span[-1].index
        if isinstance(self._script.series[element.code], Flow):
            first = 0 if element.kind is ElementKind.CUMULATIVE else before
            return values[until - 1] if element.kind is ElementKind.STOCK else sum(values[first:until])
        if element.kind is not ElementKind.DISTINCT:
            return values[until - 1]
        earlier = values[before - 1] if before else 0
        return values[until - 1] - earlier + earlier * _REPEATED_PERCENT // 100

    def _year(self, unit: str, element: str, year: int) -> list[int]:
        """Return the element's value for each month: what is new in it, or where it stands at its end."""
        dice = Random(f"{self._seed}|{unit}|{element}")  # noqa: S311 - synthetic figures, not secrets
        match self._script.series[element]:
            case Level(size=size):
                return [self._size(unit, size)] * _MONTHS
            case Share() as share:
                return _growing(share, self._size(unit, share.of), dice)
            case Flow() as flow:
                drawn = [_new_in_a_month(flow, dice) for _ in range(_MONTHS)]
                return [
                    0 if (unit, element, f"{year}-{number:02d}") in self._gaps else value
                    for number, value in enumerate(drawn, start=1)
                ]

    def _size(self, unit: str, name: str) -> int:
        return self._script.sizes[unit][name]


def _growing(share: Share, size: int, dice: Random) -> list[int]:
    by_the_end = min(100, max(share.from_percent, share.percent + dice.randint(-share.spread, share.spread)))
    grown = by_the_end - share.from_percent
    return [size * (share.from_percent * _MONTHS + grown * month) // (100 * _MONTHS) for month in range(1, _MONTHS + 1)]


def _new_in_a_month(flow: Flow, dice: Random) -> int:
    return max(flow.least, flow.per_month + dice.randint(-flow.spread, flow.spread)) * flow.step
