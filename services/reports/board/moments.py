"""Know the instants at which an answer can change by themselves, beside those of single obligations."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator
from datetime import date

from contracts import plan as contract
from contracts.plan import Plan
from kernel.calendar.period import CutOff, months, year
from kernel.clock import end_of, start_of, to_micros
from kernel.units import UnitTree


class Moments:
    """Instants in microseconds UTC, sorted, each once."""

    def __init__(self) -> None:
        self._sorted: list[int] = []
        self._known: set[int] = set()

    def add(self, instant: int) -> None:
        """Note an instant."""
        if instant not in self._known:
            self._known.add(instant)
            insort(self._sorted, instant)

    def around(self, t: int) -> tuple[int | None, int | None]:
        """Return the last instant at or before `t`, and the first one after it."""
        place = bisect_right(self._sorted, t)
        return (
            self._sorted[place - 1] if place else None,
            self._sorted[place] if place < len(self._sorted) else None,
        )


def moments_of_plan(plan: Plan) -> Iterator[int]:
    """Yield when the months of its programme end, by either cut-off, and when what it promises must be done."""
    programme = plan.programme or plan
    for number in range(programme.from_year, programme.until_year + 1):
        for month in months(year(number)):
            for cut_off in (CutOff.DECREE_09, CutOff.CALENDAR):
                span = month.days(cut_off)
                if span is not None:
                    yield to_micros(start_of(span.until))
    for indicator in plan.indicators:
        if isinstance(indicator.measure, contract.Milestone):
            yield to_micros(end_of(indicator.measure.done_by))


def moments_of_tree(tree: UnitTree) -> Moments:
    """Return when units begin, end, or move."""
    found = Moments()
    for unit in tree:
        days: list[date | None] = [unit.valid_from, unit.valid_until]
        for place in unit.placements:
            days += [place.valid_from, place.valid_until]
        for day in days:
            if day is not None:
                found.add(to_micros(start_of(day)))
    return found
