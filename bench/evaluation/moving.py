"""What moves: one report that arrives, and an instant in the past; and how much room all of it takes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.evaluation.full import Evaluation
from bench.evaluation.national import National, T, national_book
from bench.rounds import interleaved, seconds_of, settled
from bench.row import Row
from services.reports.board.kernels import side_by_side
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.history import NEVER
from services.reports.evaluation.present import Present

_REPORTS = 20_000
_TOUCHED = 0.01
"""The share of obligations with something that happened after the instant in the past."""


async def measure_moving() -> Sequence[Row]:
    """Measure the present as it moves, and the past beside it, all results being equal to an evaluation anew."""
    book = national_book()
    past = _past(book)
    seconds = await interleaved(
        "past", {"then": settled(partial(Evaluation(book), past)), "now": settled(Evaluation(book))}
    )
    then, now = seconds["then"] * 1e3, seconds["now"] * 1e3
    return [
        Row("evaluation", "as_of_vs_full", len(book), then, "ms", 2, "at most", now),
        _report(book),
        *_room(book),
    ]


def _past(book: National) -> int:
    """Return an instant after which one in a hundred obligations was touched."""
    columns, told = book.book.columns, book.book.told
    received = columns.first_receipt[columns.first_receipt != NEVER]
    accepted = columns.accepted[(columns.accepted != NEVER) & (columns.accepted <= T)]
    last = np.sort(np.concatenate([received, accepted, told.last_occurred]))
    return int(last[-round(_TOUCHED * len(book))])


def _report(book: National) -> Row:
    """Measure what one report changes: the status of its obligation, and the counts of its unit and all above."""
    columns, dice = book.book.columns, np.random.default_rng(1)
    present = Present(book.book, book.layout, T, slots=book.slots, together=side_by_side)
    is_open = (columns.flags == Flag.EXISTS) & (columns.due != NEVER)
    rows = dice.choice(np.flatnonzero(is_open), _REPORTS, replace=False).astype(np.int32)
    seconds = []
    for row in rows:
        columns.first_receipt[row] = T
        columns.flags[row] |= np.uint8(Flag.LIVE)
        seconds.append(seconds_of(partial(present.changed, np.array([row], np.int32))))
    assert np.array_equal(present.cube.subtree, Evaluation(book)()), "the results differ"
    print(f"report: p99 {np.quantile(seconds, 0.99) * 1e6:.1f} us", flush=True)
    return Row("evaluation", "report_status_us", len(rows), median(seconds) * 1e6, "us", 4, "at most")


def _room(book: National) -> Sequence[Row]:
    """Say how many bytes an obligation takes: what a status is decided and counted by; and what only the past needs."""
    columns, told = book.book.columns, book.book.told
    present = Present(book.book, book.layout, T, slots=book.slots)
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
