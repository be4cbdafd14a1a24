"""What moves: one report that arrives, the clock, and an instant in the past; and how much room all of it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.evaluation.full import evaluate
from bench.evaluation.national import National, T, national_book
from bench.rounds import interleaved, timed
from bench.row import Row
from services.reports.board.kernels import side_by_side
from services.reports.evaluation.columns import DAY, Flag
from services.reports.evaluation.history import NEVER
from services.reports.evaluation.present import Present
from services.reports.evaluation.tally import Counted

_REPORTS = 20_000
_MINUTE = 60_000_000
_TOUCHED = 0.01
"""The share of obligations with something that happened after the instant in the past."""


async def measure_moving() -> Sequence[Row]:
    """Measure the present as it moves, and the past beside it, all results being equal to an evaluation anew."""
    book = national_book()
    past = _past(book)
    seconds = await interleaved(
        "past", {"then": timed(partial(_as_of, book, past)), "now": timed(partial(evaluate, book))}
    )
    then, now = seconds["then"] * 1e3, seconds["now"] * 1e3
    return [
        Row("evaluation", "as_of_vs_full", len(book), then, "ms", 2, "at most", now),
        *_clock(book),
        _report(book),
        *_room(book),
    ]


def _present(book: National, t: int) -> Present:
    return Present(book.book, book.layout, t, slots=book.slots, together=side_by_side)


def _as_of(book: National, t: int) -> Counted:
    _, cube = book.book.tally(t, NEVER, book.layout, slots=book.slots, wanted=book.every, together=side_by_side)
    return cube.subtree


def _past(book: National) -> int:
    """Return an instant after which one in a hundred obligations was touched."""
    columns, told = book.book.columns, book.book.told
    received = columns.first_receipt[columns.first_receipt != NEVER]
    accepted = columns.accepted[(columns.accepted != NEVER) & (columns.accepted <= T)]
    last = np.sort(np.concatenate([received, accepted, told.last_occurred]))
    return int(last[-round(_TOUCHED * len(book))])


def _took(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _clock(book: National) -> Sequence[Row]:
    """Measure a minute in which nothing falls due, and the instant at which most does."""
    present = _present(book, T)
    quiet = [_took(partial(present.advance, T + minute * _MINUTE)) for minute in range(1, 60)]
    dues = book.book.columns.due
    pending = dues[(dues > T + 2 * DAY) & (dues != NEVER) & ((book.book.columns.flags & Flag.LIVE) == 0)]
    instants, counts = np.unique(pending, return_counts=True)
    busiest, rows = int(instants[counts.argmax()]), int(counts.max())
    loud = []
    for _ in range(7):
        present = _present(book, busiest - 1)
        loud.append(_took(partial(present.advance, busiest)))
    assert np.array_equal(present.cube.subtree, _as_of(book, busiest)), "the results differ"
    return [
        Row("evaluation", "clock_quiet_ms", 59, median(quiet) * 1e3, "ms", 0.05, "at most"),
        Row("evaluation", "clock_busiest_us_per_row", rows, median(loud) / rows * 1e6, "us", 0.4, "at most"),
    ]


def _report(book: National) -> Row:
    """Measure what one report changes: the status of its obligation, and the counts of its unit and all above."""
    columns, dice = book.book.columns, np.random.default_rng(1)
    present = _present(book, T)
    is_open = (columns.flags == Flag.EXISTS) & (columns.due != NEVER)
    rows = dice.choice(np.flatnonzero(is_open), _REPORTS, replace=False).astype(np.int32)
    took = []
    for row in rows:
        columns.first_receipt[row] = T
        columns.flags[row] |= np.uint8(Flag.LIVE)
        took.append(_took(partial(present.changed, np.array([row], np.int32))))
    assert np.array_equal(present.cube.subtree, evaluate(book)), "the results differ"
    print(f"report: p99 {np.quantile(took, 0.99) * 1e6:.1f} us", flush=True)
    return Row("evaluation", "report_status_us", len(rows), median(took) * 1e6, "us", 4, "at most")


def _room(book: National) -> Sequence[Row]:
    """Say how many bytes an obligation takes: what a status is decided and counted by; and what only the past needs."""
    columns, told, present = book.book.columns, book.book.told, _present(book, T)
    dates = (columns.due, columns.first_receipt, columns.correction_day)
    now: list[npt.NDArray[Any]] = [*dates, columns.flags, columns.series, columns.slot]
    of_now = sum(column.nbytes for column in (*now, columns.begins, present.statuses, present.cube.subtree))
    then: list[npt.NDArray[Any]] = [
        columns.wait_low,
        columns.wait_high,
        columns.delay,
        told.row,
        told.begins,
        told.last_occurred,
        told.last_recorded,
        *told.facts,
    ]
    of_past = sum(column.nbytes for column in then)
    return [
        Row("evaluation", "bytes_per_obligation", len(book), of_now / len(book), "B", 32, "at most"),
        Row("evaluation", "history_bytes", len(book), of_past / len(book), "B", 10, "at most"),
    ]
