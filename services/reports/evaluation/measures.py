"""Say how an indicator is measured: what the plan promises, as far as a verdict depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kernel.shares import Share


class Source(StrEnum):
    """Where an indicator's figures come from."""

    REPORTS = "reports"
    TIPS = "tips"
    """Counted by the tips service; what units report from their own books is added."""
    REFERRALS = "referrals"
    """Looked up in released statistics, never summed from reports."""
    PLANS = "plans"


@dataclass(frozen=True, slots=True)
class Target:
    """The threshold: per cent for ratio, units meeting and growth; a number for count and frequency."""

    at_least: int | None = None
    at_most: int | None = None

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a target without a number is no target")

    def reached_by(self, number: int) -> bool:
        """Compare a number with the threshold."""
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)

    def reached_by_share(self, share: Share) -> bool:
        """Compare a share with the threshold in per cent, in integers.

        A share of nothing falls short of nothing: while there is no whole, there is nothing to have done.

        >>> Target(at_least=70).reached_by_share(Share(7, 10)), Target(at_least=70).reached_by_share(Share(69, 100))
        (True, False)
        """
        return not share.is_defined or (
            (self.at_least is None or share.at_least(self.at_least))
            and (self.at_most is None or share.at_most(self.at_most))
        )


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share of figures, in per cent."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    target: Target | None


@dataclass(frozen=True, slots=True)
class Condition:
    """What one unit must show: a figure of at least so much, or, without an element, a plan of its own."""

    element: str | None
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class UnitsMeeting:
    """The share of units for which all conditions hold, in per cent."""

    conditions: tuple[Condition, ...]
    population: frozenset[int]
    """The units that count, by their number: frozen at issue, or those of the period's end."""
    target: Target | None

    @property
    def asks_for_plan(self) -> bool:
        """Whether a unit must have issued a plan of its own."""
        return any(condition.element is None for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Growth:
    """Change against a baseline in per cent."""

    value: tuple[str, ...]
    baseline_value: int | None
    """None until somebody sets it."""
    target: Target | None
    cap: bool = False
    """Whether going beyond the band misses it."""
    lower_is_better: bool = False

    @property
    def threshold(self) -> Target | None:
        """The target without the far side of its band, unless that is a cap."""
        if self.target is None or self.cap or self.target.at_least is None or self.target.at_most is None:
            return self.target
        return Target(at_most=self.target.at_most) if self.lower_is_better else Target(at_least=self.target.at_least)


@dataclass(frozen=True, slots=True)
class Frequency:
    """So many in every elapsed month, for each reporting unit while it exists."""

    element: str
    target: Target | None


@dataclass(frozen=True, slots=True)
class Count:
    """An absolute number."""

    value: tuple[str, ...]
    target: Target | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """Done by a day: shown by a report received by then in which the element is at least 1."""

    element: str
    done_by: date


@dataclass(frozen=True, slots=True)
class Narrative:
    """A promise without a number, which the receiver judges."""


Measure = Ratio | UnitsMeeting | Growth | Frequency | Count | Milestone | Narrative


@dataclass(frozen=True, slots=True)
class Indicator:
    """A measured promise of a plan (chỉ tiêu)."""

    measure: Measure
    source: Source = Source.REPORTS
    if_any: bool = False
    """"Nếu có": a denominator of 0 means not applicable, not unmet."""


def elements_of(measure: Measure) -> frozenset[str]:
    """Return the codes of all data elements that a measure is built of."""
    match measure:
        case Ratio(numerator=numerator, denominator=denominator):
            return frozenset(numerator + denominator)
        case UnitsMeeting(conditions=conditions):
            return frozenset(condition.element for condition in conditions if condition.element is not None)
        case Growth(value=value) | Count(value=value):
            return frozenset(value)
        case Frequency(element=element) | Milestone(element=element):
            return frozenset((element,))
        case Narrative():
            return frozenset()
