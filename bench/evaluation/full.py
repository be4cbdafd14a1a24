"""A full evaluation: the status of every obligation, and counts for every subtree and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.evaluation.frames import by_duckdb, by_polars, closure, duckdb_with, frame, to_cube
from bench.evaluation.national import National, T, national_book
from bench.evaluation.objects import by_objects, obligations
from bench.evaluation.postgres import by_postgres, counted, postgres_with
from bench.rounds import interleaved, settled, timed
from bench.row import Row
from bench.servers import Servers
from services.reports.board.kernels import side_by_side
from services.reports.evaluation.book import Tallied
from services.reports.evaluation.history import NEVER
from services.reports.evaluation.status import Status
from services.reports.evaluation.tally import Counted

_GROWTH = (0.5, 1.0, 2.0, 4.0)


class Evaluation:
    """Evaluates all of a book, as the board does: into the same arrays again, as the copy is written."""

    def __init__(self, book: National) -> None:
        self._book = book
        self._tallied: Tallied | None = None

    def __call__(self, t: int = T) -> Counted:
        book = self._book
        self._tallied = book.book.tally(
            t,
            NEVER,
            book.layout,
            slots=book.slots,
            wanted=book.every,
            together=side_by_side,
            into=self._tallied,
        )
        return self._tallied.cube.subtree


class Copy:
    """Copies the columns that an evaluation reads: due, first receipt, correction, flags and series, 23 bytes a row."""

    def __init__(self, book: National) -> None:
        rows = book.book.columns
        self._read: list[npt.NDArray[Any]] = [
            rows.due,
            rows.first_receipt,
            rows.correction_day,
            rows.flags,
            rows.series,
        ]
        self._written = [np.empty_like(column) for column in self._read]

    def __call__(self) -> None:
        for column, copy in zip(self._read, self._written, strict=True):
            np.copyto(copy, column)


async def measure_full(servers: Servers) -> Sequence[Row]:
    """Measure it beside a copy, Polars, DuckDB, PostgreSQL and objects, all results being equal."""
    book = national_book()
    table, above = frame(book), closure(book)
    objects, parent = obligations(book), book.layout.parent.tolist()
    expected = Evaluation(book)()
    _assert_equal(expected, _cube_of(by_objects(objects, parent), expected.shape))
    async with postgres_with(servers, table, above) as postgres:
        with duckdb_with({"obligation": table, "closure": above}) as duckdb:
            _assert_equal(expected, to_cube(by_polars(table, above), expected.shape))
            _assert_equal(expected, to_cube(by_duckdb(duckdb), expected.shape))
            await by_postgres(postgres)
            _assert_equal(expected, to_cube(await counted(postgres), expected.shape))
            seconds = await interleaved(
                "full",
                # What keeps one processor busy for seconds comes first: the other one sleeps, and takes some
                # milliseconds to come back.
                {
                    "objects": timed(partial(by_objects, objects, parent)),
                    "postgres": timed(partial(by_postgres, postgres)),
                    "polars": settled(partial(by_polars, table, above)),
                    "duckdb": settled(partial(by_duckdb, duckdb)),
                    "copy": settled(Copy(book)),
                    "ours": settled(Evaluation(book)),
                },
            )
    n, took = len(book), {who: one * 1e3 for who, one in seconds.items()}
    return [
        Row("evaluation", "full_vs_copy", n, took["ours"], "ms", 2.5, "at most", took["copy"]),
        Row("evaluation", "full_vs_polars", n, took["polars"], "ms", 12, "at least", took["ours"]),
        Row("evaluation", "full_vs_duckdb", n, took["duckdb"], "ms", 12, "at least", took["ours"]),
        Row("evaluation", "full_vs_postgres", n, took["postgres"], "ms", 200, "at least", took["ours"]),
        Row("evaluation", "full_vs_objects", n, took["objects"], "ms", 500, "at least", took["ours"]),
    ]


async def measure_growth() -> Row:
    """Measure with which power of the number of obligations the time grows."""
    books = {f"{share} of the book": national_book(share) for share in _GROWTH}
    seconds = await interleaved("growth", {name: timed(Evaluation(book)) for name, book in books.items()})
    sizes = [len(book) for book in books.values()]
    slope, _ = np.polyfit(np.log(sizes), np.log([seconds[name] for name in books]), 1)
    return Row("evaluation", "growth_exponent", max(sizes), float(slope), "", 1.05, "at most")


def _cube_of(counted: Mapping[tuple[int, int, Status], int], shape: tuple[int, ...]) -> Counted:
    cube = np.zeros(shape, np.int32)
    for cell, number in counted.items():
        cube[cell] = number
    return cube


def _assert_equal(ours: Counted, theirs: npt.NDArray[Any]) -> None:
    assert np.array_equal(ours, theirs), "the results differ"
