"""Turn figures, coverage and threshold into one word, and say why where nothing can be said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What is to be said of an indicator at an instant."""

    NOT_JUDGED = "not_judged"
    SUPPRESSED = "suppressed"
    """Only of released statistics, where the figures would tell of single persons."""
    NO_DATA = "no_data"
    NOT_APPLICABLE = "not_applicable"
    MET = "met"
    NOT_MET = "not_met"
    INCOMPLETE = "incomplete"
    """All due instants have passed, and reporters are missing."""
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"


class Reason(StrEnum):
    """Why an indicator is not judged."""

    BASELINE_UNKNOWN = "baseline_unknown"
    BASELINE_ZERO = "baseline_zero"
    NO_THRESHOLD = "no_threshold"
    AWAITING_RECEIVER = "awaiting_receiver"
    EMPTY_POPULATION = "empty_population"


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that a verdict depends on."""

    unjudgeable: Reason | None
    """What the plan leaves open, whatever the figures are."""
    is_suppressed: bool
    """The figures were released without being shown."""
    has_figures: bool
    """There is a value, be it provisional."""
    is_complete: bool
    """Coverage is complete: nobody is missing who is expected."""
    is_empty: bool
    """The denominator is 0."""
    if_any: bool
    is_reached: bool
    """The figures so far satisfy the threshold."""
    all_due_passed: bool


def judge(grounds: Grounds) -> tuple[Verdict, Reason | None]:
    """Return the first verdict that applies; the reason only with `not_judged`."""
    if grounds.unjudgeable is not None:
        return Verdict.NOT_JUDGED, grounds.unjudgeable
    if grounds.is_suppressed:
        return Verdict.SUPPRESSED, None
    if not grounds.has_figures:
        return Verdict.NO_DATA, None
    if grounds.is_complete and grounds.is_empty:
        return (Verdict.NOT_APPLICABLE, None) if grounds.if_any else (Verdict.NOT_JUDGED, Reason.EMPTY_POPULATION)
    if grounds.is_complete:
        return (Verdict.MET if grounds.is_reached else Verdict.NOT_MET), None
    if grounds.all_due_passed:
        return Verdict.INCOMPLETE, None
    return (Verdict.ON_TRACK if grounds.is_reached else Verdict.AT_RISK), None
