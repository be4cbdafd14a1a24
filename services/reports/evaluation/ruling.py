"""Say every verdict with its reason in one number: so verdicts lie in arrays, and are looked up by their grounds."""

from __future__ import annotations

from enum import IntEnum
from itertools import product
from typing import Final

import numpy as np

from services.reports.evaluation.verdict import Grounds, Reason, Verdict, judge


class Ruling(IntEnum):
    """A verdict; of `not_judged` the reason."""

    BASELINE_UNKNOWN = 1
    BASELINE_ZERO = 2
    NO_THRESHOLD = 3
    AWAITING_RECEIVER = 4
    EMPTY_POPULATION = 5
    SUPPRESSED = 6
    NO_DATA = 7
    NOT_APPLICABLE = 8
    MET = 9
    NOT_MET = 10
    INCOMPLETE = 11
    ON_TRACK = 12
    AT_RISK = 13

    @classmethod
    def of(cls, verdict: Verdict, reason: Reason | None) -> Ruling:
        """Return the number of a verdict.

        >>> Ruling.of(Verdict.NOT_JUDGED, Reason.NO_THRESHOLD)
        <Ruling.NO_THRESHOLD: 3>
        """
        return cls[(reason or verdict).name]

    @property
    def words(self) -> tuple[Verdict, Reason | None]:
        """The verdict; the reason only with `not_judged`."""
        name = self.name.lower()
        return (Verdict.NOT_JUDGED, Reason(name)) if name in set(Reason) else (Verdict(name), None)


GROUNDS: Final = 6
"""So many bits of a place in RULINGS are grounds; those above say which ruling applies whatever the grounds are."""
HAS_FIGURES, IS_COMPLETE, IS_EMPTY, IF_ANY, IS_REACHED, ALL_DUE_PASSED = reversed(range(GROUNDS))
"""Which bit says so."""


def _rulings() -> list[int]:
    judged = [
        Ruling.of(
            *judge(
                Grounds(
                    unjudgeable=None,
                    is_suppressed=False,
                    has_figures=has_figures,
                    is_complete=is_complete,
                    is_empty=is_empty,
                    if_any=if_any,
                    is_reached=is_reached,
                    all_due_passed=all_due_passed,
                )
            )
        )
        for has_figures, is_complete, is_empty, if_any, is_reached, all_due_passed in product(
            (False, True), repeat=GROUNDS
        )
    ]
    return [*judged, *(ruling for ruling in Ruling for _ in judged)]


RULINGS: Final = np.array(_rulings(), np.uint8)
"""What is judged on any grounds; after that, ruling by ruling, what applies on all of them."""
