"""The clock: a minute in which nothing falls due, and the instant at which most does, with all indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from statistics import median

import numpy as np

from bench.evaluation.full import Evaluation
from bench.evaluation.national import National, T, national_book
from bench.evaluation.reported import Reported, reported
from bench.rounds import interleaved, seconds_of
from bench.row import Row
from services.reports.board.kernels import side_by_side
from services.reports.evaluation.awaiting import View
from services.reports.evaluation.columns import DAY, Flag
from services.reports.evaluation.history import NEVER
from services.reports.evaluation.present import Present

_MINUTE = 60_000_000


async def measure_clock() -> Sequence[Row]:
    """Measure how the present moves with time; afterwards all is as if evaluated anew."""
    book = reported(national_book())
    return [_quiet(book.book), *await _busiest(book)]


def _present(book: National, t: int) -> Present:
    return Present(book.book, book.layout, t, slots=book.slots, together=side_by_side)


def _quiet(book: National) -> Row:
    present = _present(book, T)
    minutes = [seconds_of(partial(present.advance, T + minute * _MINUTE)) for minute in range(1, 60)]
    return Row("evaluation", "clock_quiet_ms", len(minutes), median(minutes) * 1e3, "ms", 0.05, "at most")


async def _busiest(book: Reported) -> Sequence[Row]:
    """Measure the move to that instant beside the full pass."""
    national, ratios = book.book, book.ratios
    dues, flags = national.book.columns.due, national.book.columns.flags
    pending = dues[(dues > T + 2 * DAY) & (dues != NEVER) & ((flags & Flag.LIVE) == 0)]
    instants, counts = np.unique(pending, return_counts=True)
    t, rows = int(instants[counts.argmax()]), int(counts.max())
    before = replace(book.view, t=t - 1, standings=national.book.as_of(t - 1, NEVER))
    after, evaluation = replace(before, t=t), Evaluation(national)

    async def moved() -> float:
        present = _present(national, t - 1)
        ratios.evaluate(before)
        seconds = seconds_of(partial(_advance, present, book, after))
        _assert_as_anew(present, book, t)
        return seconds

    async def anew() -> float:
        return seconds_of(partial(_evaluate, evaluation, book, after))

    seconds = await interleaved("busiest instant", {"anew": anew, "moved": moved})
    each, whole = seconds["moved"] / rows * 1e6, seconds["anew"] * 1e3
    return [
        Row("evaluation", "clock_busiest_us_per_row", rows, each, "us", 0.4, "at most"),
        Row("evaluation", "clock_busiest_vs_full", rows, seconds["moved"] * 1e3, "ms", 1, "at most", whole),
    ]


def _advance(present: Present, book: Reported, view: View) -> None:
    present.advance(view.t)
    book.ratios.advance(view, together=side_by_side)


def _evaluate(evaluation: Evaluation, book: Reported, view: View) -> None:
    evaluation(view.t)
    book.ratios.evaluate(view, together=side_by_side)


def _assert_as_anew(present: Present, book: Reported, t: int) -> None:
    ratios, national = book.ratios, book.book
    assert np.array_equal(present.cube.subtree, Evaluation(national)(t)), "the counts differ"
    sums, rulings = ratios.sums.copy(), ratios.rulings.copy()
    ratios.evaluate(replace(book.view, t=t, standings=national.book.as_of(t, NEVER)))
    assert np.array_equal(sums, ratios.sums), "the sums differ"
    assert np.array_equal(rulings, ratios.rulings), "the rulings differ"
