"""Answer the cells of the indicator board for one unit with all below it, from sums that were added up for all."""

from __future__ import annotations

from typing import Final

import numpy as np

from contracts import plan as contract
from kernel.calendar.period import Period
from services.reports.board.promised import Promised
from services.reports.evaluation.indicator import Answer
from services.reports.evaluation.lines import Mark, Tell
from services.reports.evaluation.slots import slot_of

NAMED: Final = 100
"""At most so many of the units that are missing from a cell are named."""


class Cells:
    """What is promised over some places of a tree: those of a unit and of all below it."""

    def __init__(self, promised: Promised, places: range) -> None:
        self._ratios = promised.ratios
        self._place = places.start
        self._sums = self._ratios.sums_of(places.start)
        self._words = {
            (one.indicator.code, one.promise.year, slot): one for one in promised.words for slot in one.slots
        }
        lines, placed = self._ratios.lines, self._ratios.placed
        below = placed.order[placed.begins[places.start] : placed.begins[places.stop]]
        lacking = lines.masks[below, Mark.AWAITED] & ~lines.masks[below, Mark.COMPLETE]
        below, lacking = below[lacking != 0], lacking[lacking != 0]
        promise, unit = lines.about[below, Tell.PROMISE], lines.about[below, Tell.UNIT]
        order = np.lexsort([promised.rank[unit], promise])
        self._unit, self._lacking = unit[order], lacking[order]
        self._begins = np.searchsorted(promise[order], np.arange(len(self._sums) + 1))

    def find(self, indicator: contract.Indicator, period: Period) -> tuple[contract.Indicator, Answer] | None:
        """Return an indicator as it is worded for a period, with how it stands; None if sums do not decide it.

        Of the units that are missing only the first by their codes are in the answer, and no contributions.
        """
        slot = slot_of(period)
        words = self._words.get((indicator.code, period.year, slot))
        if words is None:
            return None
        number = words.promise.number
        found = self._ratios.at(self._place, number, slot, sums=self._sums)
        return words.indicator, Answer(
            verdict=found.verdict,
            reason=found.reason,
            value=found.value,
            own_books=found.value,
            tips=None,
            release=None,
            target=words.target,
            is_provisional=found.is_provisional,
            expected=found.expected,
            counted=found.counted,
            missing=self._missing(number, slot),
            contributions=(),
        )

    def _missing(self, promise: int, slot: int) -> tuple[int, ...]:
        of_promise = slice(self._begins[promise], self._begins[promise + 1])
        lacks = np.flatnonzero(self._lacking[of_promise] >> np.uint32(slot) & 1)[:NAMED]
        return tuple(self._unit[of_promise][lacks].tolist())
