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
from services.reports.evaluation.releases import Release
from services.reports.evaluation.tips import TipsFigures
from services.reports.evaluation.verdict import Grounds, Reason, Verdict, judge


@dataclass(frozen=True, slots=True)
class Value:
    """The figures that are compared: n of d. Unknown is not zero."""

    n: int | None = None
    d: int | None = None
    """1 for a count, the baseline for growth, units for what is judged unit by unit."""


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
    """What the tips service counted, where it is asked."""
    release: Release | None
    """In which the figures were looked up, where they are of released statistics."""
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
    release: Release | None = None,
    judged_met: bool | None = None,
) -> Answer:
    """Return how an indicator stands at `t` over the units that contributed, each of which is there once.

    `tips` is what the tips service has for the same subtree and period; without it an indicator on tips has no data.
    `release` is what was released for the same unit and period; without it one on referrals has no data.
    `judged_met` is what the receiver found of a narrative indicator.
    """
    parts = tuple(contributed)
    missing = tuple(part.unit for part in parts if part.expected and not part.complete)
    expected = sum(part.expected for part in parts)
    own = _value(asked.indicator, parts)
    value = _of_source(asked.indicator, own, tips, release)
    # The tips service counts until the period ends, so before that somebody is always awaited.
    is_open = asked.indicator.source is Source.TIPS and t < ends_at(asked.period, asked.cut_off)
    verdict, reason = judge(
        Grounds(
            unjudgeable=_left_open(asked.indicator, judged_met),
            is_suppressed=release is not None and release.suppressed,
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
        release=release,
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


def _of_source(indicator: Indicator, own: Value, tips: TipsFigures | None, release: Release | None) -> Value:
    match indicator.source:
        case Source.TIPS if tips is not None:
            is_known = own.n is not None and own.d is not None
            return Value(tips.n + (own.n or 0), tips.d + (own.d or 0)) if is_known else Value(tips.n, tips.d)
        case Source.REFERRALS:
            return Value() if release is None or release.suppressed else _released(indicator, release)
        case _:
            return own


def _released(indicator: Indicator, release: Release) -> Value:
    match indicator.measure:
        case Ratio(numerator=numerator, denominator=denominator):
            return Value(release.total(numerator), release.total(denominator))
        case Count(value=elements):
            return Value(release.total(elements), 1)
        case Growth(value=elements, baseline_value=baseline):
            return Value(release.total(elements), baseline)
        case _:
            # Units and months cannot be told apart in a total.
            return Value()


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
            return value.n is not None and value.d is not None
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
