"""Indicators of the national book: every ratio, for every subtree and period at once, and one report that arrives."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.evaluation.indicator_frames import ADDED, KEYS, by_duckdb, by_polars, lines_frame, places_above, tables_of
from bench.evaluation.national import YEARS, national_book
from bench.evaluation.reported import INDICATORS, PROMISES, SLOTS_OF_A_YEAR, Reported, reported
from bench.rounds import interleaved, settled
from bench.row import Row
from services.reports.board.kernels import side_by_side
from services.reports.evaluation.lines import Changes, D, N
from services.reports.evaluation.ratios import Ratios
from services.reports.evaluation.slots import SLOTS
from services.reports.evaluation.so_far import COUNT, COUNT_BITS, COVERAGE, FIGURES, Blocks

_REPORTS = 3_000
_WARM_UP = 200


class Sum:
    """Adds up all numbers of some arrays, on one thread."""

    def __init__(self, *arrays: npt.NDArray[Any]) -> None:
        self._arrays = arrays

    def __call__(self) -> None:
        for one in self._arrays:
            one.sum(dtype=np.int64)


async def measure_indicators() -> Sequence[Row]:
    """Measure it beside a sum of its inputs, Polars and DuckDB, all results being equal.

    `indicators` finds the lines marked, as they stay between two due instants, and as Polars and DuckDB find them;
    `indicators_at` marks them before, as for another instant.
    """
    book = reported(national_book())
    ratios, standings = book.ratios, book.view.standings
    ratios.evaluate(book.view)
    lines, above = lines_frame(book), places_above(book)
    read, marked_by = (ratios.lines.figures, ratios.lines.masks), (standings.due, standings.flags, book.view.version)
    with tables_of(lines, above) as duckdb:
        for found in (by_polars(lines, above), by_duckdb(duckdb)):
            _assert_equal(ratios, found)
        seconds = await interleaved(
            "indicators",
            {
                "ours": settled(partial(ratios.add_up, together=side_by_side)),
                "sum": settled(Sum(*read, standings.flags)),
                "polars": settled(partial(by_polars, lines, above)),
                "duckdb": settled(partial(by_duckdb, duckdb)),
                "ours at": settled(partial(ratios.evaluate, book.view, together=side_by_side)),
                "sum at": settled(Sum(*read, *marked_by)),
            },
        )
    cells = len(book.book.layout.parent) * PROMISES * len(SLOTS_OF_A_YEAR)
    took = {who: one * 1e3 for who, one in seconds.items()}
    return [
        Row("evaluation", "indicators_vs_sum", cells, took["ours"], "ms", 6, "at most", took["sum"]),
        Row("evaluation", "indicators_at_vs_sum", cells, took["ours at"], "ms", 6, "at most", took["sum at"]),
        Row("evaluation", "indicators_vs_polars", cells, took["polars"], "ms", 8, "at least", took["ours"]),
        Row("evaluation", "indicators_vs_duckdb", cells, took["duckdb"], "ms", 8, "at least", took["ours"]),
        _measure_reports(book),
        _bytes(book),
    ]


def _measure_reports(book: Reported) -> Row:
    """Measure how long a report with 15 figures takes to arrive; afterwards all is as if evaluated anew."""
    ratios, dice = book.ratios, np.random.default_rng(15)
    reports = [_report(dice, len(ratios.lines) // PROMISES) for _ in range(_REPORTS + _WARM_UP)]
    took = []
    gc.disable()
    for changes in reports:
        began = time.perf_counter()
        ratios.enter(changes, book.view)
        took.append((time.perf_counter() - began) * 1e6)
    gc.enable()
    sums, rulings = ratios.sums.copy(), ratios.rulings.copy()
    ratios.evaluate(book.view)
    assert np.array_equal(sums, ratios.sums), "the sums differ"
    assert np.array_equal(rulings, ratios.rulings), "the rulings differ"
    half, most = np.percentile(took[_WARM_UP:], [50, 99])
    print(f"a report with {INDICATORS} figures: median {half:.1f} us, 99 of 100 within {most:.1f} us", flush=True)
    return Row("evaluation", "report_figures_us", _REPORTS, float(half), "us", 25, "at most")


def _report(dice: np.random.Generator, communes: int) -> Changes:
    """Draw what a commune reports of all indicators of a year for some period."""
    first = (int(dice.integers(communes)) * YEARS + int(dice.integers(YEARS))) * INDICATORS
    d = dice.integers(0, 200, INDICATORS)
    columns = (np.arange(first, first + INDICATORS), np.full(INDICATORS, dice.choice(SLOTS_OF_A_YEAR)), d * 4 // 5, d)
    return np.stack([*columns, np.ones(INDICATORS, np.int64)], axis=1)


def _bytes(book: Reported) -> Row:
    ratios = book.ratios
    tables = (ratios.sums, ratios.row, ratios.rulings, ratios.thresholds.table, ratios.thresholds.set_of)
    kept = ratios.lines.nbytes + ratios.placed.nbytes + sum(table.nbytes for table in tables)
    each = kept / len(book.book)
    return Row("evaluation", "indicator_bytes", len(book.book), each, "bytes", 26, "at most")


def _plane(sums: Blocks, begins: int) -> Blocks:
    return sums[..., begins : begins + SLOTS]


def _assert_equal(ours: Ratios, theirs: Any) -> None:
    """Compare what was added up and judged of all places, also of those whose sums are not kept."""
    cell = tuple(np.asarray(theirs[name]) for name in KEYS)
    sums = np.stack([ours.sums_of(place) for place in range(len(ours.layout.parent))])
    coverage, figures = _plane(sums, COVERAGE), _plane(sums, FIGURES)
    of_ours = {
        "n": _plane(sums, N),
        "d": _plane(sums, D),
        "stated": figures >> COUNT_BITS & COUNT,
        "expected": coverage & COUNT,
        "missing": coverage >> COUNT_BITS & COUNT,
        "pending": coverage >> 2 * COUNT_BITS,
        "provisional": figures & COUNT,
        "ruling": ours.rulings,
    }
    assert len(cell[0]) == ours.rulings.size // SLOTS, "there are other cells"
    for name in (*ADDED, "ruling"):
        for slot in SLOTS_OF_A_YEAR:
            found = np.asarray(theirs[f"{name}_{slot}"])
            assert np.array_equal(of_ours[name][*cell, slot], found), f"{name} differs"
