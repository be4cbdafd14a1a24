"""What the bodies of the national book reported: 15 indicators of five years, each of them by one body of a commune."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.evaluation.national import BODIES, YEARS, National, T
from services.reports.evaluation.awaiting import View
from services.reports.evaluation.evidence import Basis
from services.reports.evaluation.history import NEVER, NO_VERSION
from services.reports.evaluation.lines import D, Lines, Mark, N, Side, Way, packed
from services.reports.evaluation.measures import Indicator, Target
from services.reports.evaluation.measures import Ratio as RatioOf
from services.reports.evaluation.ratios import Ratios
from services.reports.evaluation.slots import SLOTS, ends_of
from services.reports.evaluation.thresholds import Thresholds

INDICATORS = 15
PROMISES = YEARS * INDICATORS
SLOTS_OF_A_YEAR = (*range(12), *range(12, 16), 16, 18, 19)
"""Of the 19 periods of a year in the book, which has no second half-years."""
_PERIODS = len(SLOTS_OF_A_YEAR)
_BOTH = int(Side.N | Side.D)
_WAYS = (*[_BOTH | int(Way.N_ADDS)] * 10, *[_BOTH | int(Way.N_ADDS | Way.D_ADDS)] * 3, *[_BOTH | int(Way.ALONE)] * 2)
"""Of each indicator: most are flows of a stock, some flows of flows, some count persons."""
AT_LEAST = 80


@dataclass(frozen=True, slots=True)
class Reported:
    """The lines of a book, and all that they are evaluated from."""

    book: National
    view: View
    ratios: Ratios


def reported(book: National, *, seed: int = 15) -> Reported:
    """Draw the figures of a book."""
    dice = np.random.default_rng(seed)
    lines = _lines(len(book.layout.place) // BODIES)
    rows = lines.row.reshape(len(lines), _PERIODS)
    standings = book.book.as_of(T, NEVER)
    live = standings.live_version
    # Of what came in, one in a hundred lacks a figure.
    complete = (live[rows] != NO_VERSION) & (dice.random(rows.shape) < 0.99)
    d = dice.integers(0, 200, rows.shape, np.int32)
    n = np.minimum(d, (d * dice.uniform(0.6, 1.05, rows.shape)).astype(np.int32))
    exactly = dice.random(rows.shape) < 0.05
    d = np.where(exactly, d // 5 * 5, d)
    n = np.where(exactly, d // 5 * 4, n)
    slots = np.array(SLOTS_OF_A_YEAR)
    lines.figures[:, N + slots] = n * complete
    lines.figures[:, D + slots] = d * complete
    lines.masks[:, Mark.COMPLETE] = (complete.astype(np.uint32) << slots.astype(np.uint32)).sum(axis=1, dtype=np.uint32)
    thresholds = Thresholds.of(PROMISES, np.zeros(len(book.layout.parent), np.int32))
    for promise in range(PROMISES):
        thresholds.put(0, promise, Indicator(RatioOf(("n",), ("d",), Target(at_least=AT_LEAST))))
    ends = np.repeat(ends_of(range(2022, 2022 + YEARS)), INDICATORS, axis=0)
    return Reported(book, View(T, Basis.SUBMITTED, standings, ends), Ratios.of(lines, book.layout, thresholds))


def _lines(communes: int) -> Lines:
    """Return the lines of so many communes in their order, in each by year and indicator."""
    count = communes * PROMISES
    commune, promise = np.divmod(np.arange(count), PROMISES)
    year, indicator = np.divmod(promise, INDICATORS)
    period = year[:, np.newaxis] * _PERIODS + np.arange(_PERIODS)
    unit = commune * BODIES + indicator % BODIES
    row = unit[:, np.newaxis] * YEARS * _PERIODS + period
    about = np.stack([unit, promise, np.array(_WAYS)[indicator], np.full(count, (1 << SLOTS) - 1)], axis=1)
    return Lines(
        figures=np.zeros((count, 2 * SLOTS), np.int32),
        masks=np.zeros((count, len(Mark)), np.uint32),
        about=np.ascontiguousarray(about, np.int32),
        begins=np.arange(count + 1) * _PERIODS,
        row=row.reshape(-1).astype(np.int32),
        packed=np.tile(np.array([packed(slot, 0, _BOTH) for slot in SLOTS_OF_A_YEAR], np.uint8), count),
    )
