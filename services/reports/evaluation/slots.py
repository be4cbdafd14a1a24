"""Give every period of a calendar year a slot of its own: what adds up over a year lies in one row of twenty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from kernel.calendar.period import CutOff, Frequency, Period, parts, periods_between
from services.reports.evaluation.evidence import ends_at
from services.reports.evaluation.history import Instants

_FREQUENCIES = (
    Frequency.MONTH,
    Frequency.QUARTER,
    Frequency.HALF_YEAR,
    Frequency.SECOND_HALF_YEAR,
    Frequency.NINE_MONTHS,
    Frequency.YEAR,
)
"""Whatever stands for a period until its own report is in comes before it."""

SLOTS: Final = 20
WHOLES: Final = 12
"""The first slot of a period that shorter ones can stand for; the months are before it."""
NO_SLOT: Final = -1
CUT_OFFS: Final = (CutOff.DECREE_09, CutOff.CALENDAR)
"""By which a period can end. One without a cut-off is taken by the calendar."""


def periods_of_year(year: int) -> tuple[Period, ...]:
    """Return the period of each slot.

    >>> [period.key for period in periods_of_year(2025)[12:]]
    ['2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4', '2025-H1', '2025-H2', '2025-9M', '2025']
    """
    return tuple(period for frequency in _FREQUENCIES for period in periods_between(frequency, year, year))


_SLOT_OF = {(period.frequency, period.index): slot for slot, period in enumerate(periods_of_year(2000))}


def slot_of(period: Period) -> int:
    """Return the slot of a period in its year; NO_SLOT for programmes, ad hoc and flash reports."""
    return _SLOT_OF.get((period.frequency, period.index), NO_SLOT)


def cut_off_of(cut_off: CutOff) -> int:
    """Return the place of a cut-off in CUT_OFFS."""
    return int(cut_off is not CutOff.DECREE_09)


def ends_of(years: Sequence[int]) -> Instants:
    """Return when the periods end, shape [years, cut-offs, slots], in microseconds UTC."""
    ends = [[[ends_at(one, cut_off) for one in periods_of_year(year)] for cut_off in CUT_OFFS] for year in years]
    return np.array(ends, np.int64).reshape(len(years), len(CUT_OFFS), SLOTS)


def _alternatives() -> list[list[list[int]]]:
    table = []
    for whole in periods_of_year(2000)[WHOLES:]:
        choices = [[slot_of(part) for part in choice] for choice in parts(whole)]
        padded = [choice + [NO_SLOT] * (3 - len(choice)) for choice in choices]
        table.append(padded + [[NO_SLOT] * 3] * (3 - len(choices)))
    return table


ALTERNATIVES: Final = np.array(_alternatives(), np.int64)
"""Which slots stand for each of the WHOLES, the best alternative first, as `parts` says.

Shape [wholes, alternatives, slots], filled up with NO_SLOT. One of several slots adds up, one of a single slot stands
alone.
"""


def _needs() -> list[int]:
    needs: list[int] = []
    for whole, choices in enumerate(ALTERNATIVES.tolist()):
        parts = {part for choice in choices for part in choice if part >= WHOLES}
        needs.append(1 << WHOLES + whole)
        for part in parts:
            needs[whole] |= needs[part - WHOLES]
    return needs


NEEDS: Final = np.array(_needs(), np.int64)
"""For each of the WHOLES the mask of those that may have to be filled in for it, itself included."""
