"""Answer how an indicator stands for a unit and all below it: value, coverage, verdict, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kernel.shares import Share, change
from services.reports.evaluation.contribution import Asked, Contribution
from services.reports.evaluation.evidence import ends_at
from services.reports.evaluation.measures import (
    Count,
    Frequency,
    Growth,
    Indicator,
    Milestone,
    Narrative,
    Ratio,
    Source,
    Target,
    UnitsMeeting,
)
from services.reports.evaluation.verdict import Grounds, Reason, Verdict, judge


@dataclass(frozen=True, slots=True)
class Value:
    """The figures that are compared: n of d. Unknown is not zero."""

    n: int | None = None
    d: int | None = None
    """1 for a count, the baseline for growth, units for what is judged unit by unit."""


@dataclass(frozen=True, slots=True)
class TipsFigures:
    """What the tips service counted for a subtree and a period. It alone judges its clocks."""

    handled_in_time: int
    handled_late: int
    running_in_time: int
    running_late: int

    @property
    def value(self) -> Value:
        """Handled in time, of all that were received and are not running in time: a late one counts at once."""
        return Value(self.handled_in_time, self.handled_in_time + self.handled_late + self.running_late)


@dataclass(frozen=True, slots=True)
class Answer:
    """How an indicator stands, with everything that is needed to explain it."""

    verdict: Verdict
    reason: Reason | None
    value: Value
    """What was judged. For growth n is the value itself, before the baseline is taken off."""
    own_books: Value
    """What units report, where the tips service counts too; else the same as `value`."""
    tips: TipsFigures | None
    target: Target | None
    is_provisional: bool
    """Figures of shorter periods are in it."""
    expected: int
    counted: int
    missing: tuple[int, ...]
    """The units that are expected and not counted."""
    contributions: tuple[Contribution, ...]


def answer(
    asked: Asked,
    contributed: Iterable[Contribution],
    t: int,
    *,
    tips: TipsFigures | None = None,
    judged_met: bool | None = None,
) -> Answer:
    """Return how an indicator stands at `t` over the units that contributed, each of which is there once.

    `tips` is what the tips service has for the same subtree and period; without it an indicator on tips has no data.
    `judged_met` is what the receiver found of a narrative indicator.
    """
    parts = tuple(contributed)
    missing = tuple(part.unit for part in parts if part.expected and not part.complete)
    expected = sum(part.expected for part in parts)
    own = _value(asked.indicator, parts)
    value = _with_tips(own, tips) if asked.indicator.source is Source.TIPS else own
    # The tips service counts until the period ends, so before that somebody is always awaited.
    is_open = asked.indicator.source is Source.TIPS and t < ends_at(asked.period, asked.cut_off)
    verdict, reason = judge(
        Grounds(
            unjudgeable=_left_open(asked.indicator, judged_met),
            has_figures=_has_figures(asked.indicator, value, tips),
            is_complete=not missing and not is_open,
            is_empty=value.d == 0,
            if_any=asked.indicator.if_any,
            is_reached=_is_reached(asked.indicator, value, judged_met),
            all_due_passed=not is_open and all(part.due_passed for part in parts if part.expected),
        )
    )
    return Answer(
        verdict=verdict,
        reason=reason,
        value=value,
        own_books=own,
        tips=tips,
        target=getattr(asked.indicator.measure, "target", None),
        is_provisional=any(part.provisional for part in parts),
        expected=expected,
        counted=expected - len(missing),
        missing=missing,
        contributions=parts,
    )


def _value(indicator: Indicator, parts: Sequence[Contribution]) -> Value:
    match indicator.measure:
        case Ratio(numerator=numerator, denominator=denominator):
            return Value(_sum(numerator, parts), _sum(denominator, parts))
        case Count(value=elements):
            return Value(_sum(elements, parts), 1)
        case Growth(value=elements, baseline_value=baseline):
            return Value(_sum(elements, parts), baseline)
        case Narrative():
            return Value()
        case UnitsMeeting() if not parts:
            return Value(0, 0)
        case _:
            known = [part.meets for part in parts if part.meets is not None]
            return Value(sum(known), len(known)) if known else Value()


def _sum(elements: Iterable[str], parts: Sequence[Contribution]) -> int | None:
    """Add up over units. An element that nobody stated is unknown, and so is a sum with it."""
    total = 0
    for element in elements:
        stated = [part.quantities[element].total for part in parts if element in part.quantities]
        known = [figure for figure in stated if figure is not None]
        if not known:
            return None
        total += sum(known)
    return total


def _with_tips(own: Value, tips: TipsFigures | None) -> Value:
    if tips is None:
        return own
    counted = tips.value
    if own.n is None or own.d is None or counted.n is None or counted.d is None:
        return counted
    return Value(counted.n + own.n, counted.d + own.d)


def _left_open(indicator: Indicator, judged_met: bool | None) -> Reason | None:
    match indicator.measure:
        case Growth(baseline_value=None):
            return Reason.BASELINE_UNKNOWN
        case Growth(baseline_value=0):
            return Reason.BASELINE_ZERO
        case Milestone():
            return None
        case Narrative():
            return Reason.AWAITING_RECEIVER if judged_met is None else None
        case Ratio(target=target) | UnitsMeeting(target=target) | Growth(target=target):
            return None if target else Reason.NO_THRESHOLD
        case Frequency(target=target) | Count(target=target):
            return None if target else Reason.NO_THRESHOLD


def _has_figures(indicator: Indicator, value: Value, tips: TipsFigures | None) -> bool:
    match indicator.source:
        case Source.TIPS:
            return tips is not None
        case Source.REFERRALS:
            # Reports are never summed for these: the caller looks the verdict up in what was released.
            return False
        case _:
            return isinstance(indicator.measure, Narrative) or (value.n is not None and value.d is not None)


def _is_reached(indicator: Indicator, value: Value, judged_met: bool | None) -> bool:
    if isinstance(indicator.measure, Narrative):
        return judged_met is True
    if value.n is None or value.d is None:
        return False
    match indicator.measure:
        case Ratio(target=Target() as target) | UnitsMeeting(target=Target() as target):
            return target.reached_by_share(Share(value.n, value.d))
        case Growth(threshold=Target() as threshold):
            return threshold.reached_by_share(change(value.n, value.d))
        case Count(target=Target() as target):
            return target.reached_by(value.n)
        case _:
            return value.n == value.d
