"""Number the promises of a plan that sums decide, by indicator and year, with the words of each version that binds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contracts import plan as contract
from contracts.plan import Plan
from kernel.calendar.period import Period
from services.reports.board.measures import to_indicator
from services.reports.board.memory import Memory
from services.reports.board.wording import Wording
from services.reports.domain.promise import periods_of
from services.reports.evaluation.evidence import Form
from services.reports.evaluation.measures import Indicator, Target
from services.reports.evaluation.said import Promise, fits, sides_of
from services.reports.evaluation.slots import NO_SLOT, SLOTS, slot_of

_SUMS = contract.Ratio | contract.Count | contract.Growth


@dataclass(frozen=True, slots=True)
class Worded:
    """What one version of a plan says of an indicator in one year, for the periods for which it binds."""

    version: Plan
    indicator: contract.Indicator
    measured: Indicator
    promise: Promise

    @property
    def target(self) -> Target | None:
        """The threshold."""
        target: Target | None = getattr(self.measured.measure, "target", None)
        return target

    @property
    def slots(self) -> Iterator[int]:
        """The slots of these periods."""
        return (slot for slot in range(SLOTS) if self.promise.bound >> slot & 1)

    def fits(self, wording: Wording, forms: Sequence[Form]) -> bool:
        """Say whether lines can hold what reports of these forms say of it."""
        return fits(self.promise.sides, wording.tables(self.version).elements, forms)


def worded(memory: Memory, wording: Wording) -> tuple[Worded, ...]:
    """Return the promises that sums of reports decide, in periods of a year."""
    numbers: dict[tuple[str, int], int] = {}
    found: dict[tuple[str, int, int], Worded] = {}
    for indicator in wording.plan.indicators:
        for period in periods_of(wording.plan, indicator):
            one = _worded(memory, wording, indicator, period)
            if one is None:
                continue
            number = numbers.setdefault((indicator.code, period.year), len(numbers))
            key = (indicator.code, period.year, one.version.version)
            before = found[key].promise.bound if key in found else 0
            found[key] = replace(one, promise=replace(one.promise, number=number, bound=before | one.promise.bound))
    return tuple(found.values())


def _worded(memory: Memory, wording: Wording, indicator: contract.Indicator, period: Period) -> Worded | None:
    version, bound = wording.binding(indicator, period)
    slot = slot_of(period)
    if slot == NO_SLOT or bound.source is not contract.Source.REPORTS or not isinstance(bound.measure, _SUMS):
        return None
    measured = to_indicator(memory, version, bound, period)
    sides = sides_of(measured.measure)
    return None if sides is None else Worded(version, bound, measured, Promise(0, period.year, sides, 1 << slot))
