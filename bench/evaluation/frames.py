"""The same evaluation by Polars and by DuckDB, on the same columns in the same order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from bench.evaluation.national import National, T
from services.reports.evaluation.columns import DAY, MIDNIGHT, NO_DAY, Flag
from services.reports.evaluation.history import LONG_AGO, NEVER
from services.reports.evaluation.status import Status
from services.reports.evaluation.tally import NOWHERE


def frame(book: National) -> pl.DataFrame:
    """Return the book as a table."""
    columns, series = book.book.columns, book.book.series
    return pl.DataFrame(
        {
            "place": book.layout.place[columns.units_of_rows()],
            "period": columns.slot.astype(np.int32),
            "due": columns.due,
            "first": columns.first_receipt,
            "correction": corrections_due(book),
            "flags": columns.flags,
            "reminder": series.reminder[columns.series],
        }
    )


def corrections_due(book: National) -> npt.NDArray[np.int64]:
    """Return until when corrections are due, in microseconds UTC."""
    day = book.book.columns.correction_day
    due: npt.NDArray[np.int64] = np.where(day == NO_DAY, LONG_AGO, day.astype(np.int64) * DAY - MIDNIGHT)
    return due


def closure(book: National) -> pl.DataFrame:
    """Return each place with each that stands above it, itself included."""
    pairs = []
    for place in range(len(book.layout.parent)):
        above = place
        while above != NOWHERE:
            pairs.append((place, above))
            above = int(book.layout.parent[above])
    return pl.DataFrame(pairs, {"place": pl.Int32, "above": pl.Int32}, orient="row")


def by_polars(table: pl.DataFrame, above: pl.DataFrame) -> pl.DataFrame:
    """Count by subtree, period and status with the streaming engine."""
    due, first, flags = pl.col("due"), pl.col("first"), pl.col("flags")

    def has(flag: Flag) -> pl.Expr:
        return (flags & int(flag)) != 0

    status = (
        pl.when(~has(Flag.EXISTS))
        .then(Status.ABSENT.value)
        .when(has(Flag.EXCUSED))
        .then(Status.EXCUSED.value)
        .when(due == NEVER)
        .then(Status.UNDATED.value)
        .when(has(Flag.REQUESTED))
        .then(Status.REQUESTED.value)
        .when(has(Flag.LIVE) & (first < due))
        .then(Status.ON_TIME.value)
        .when(has(Flag.LIVE))
        .then(Status.LATE.value)
        .when((first != NEVER) & (pl.max_horizontal("due", "correction") > T))
        .then(Status.RETURNED.value)
        .when(due <= T)
        .then(Status.OVERDUE.value)
        .when(due - pl.col("reminder") <= T)
        .then(Status.DUE_SOON.value)
        .otherwise(Status.NOT_DUE.value)
        .cast(pl.UInt8)
        .alias("status")
    )
    own = table.lazy().group_by("place", "period", status).agg(pl.len().alias("n"))
    counted = own.join(above.lazy(), on="place").group_by("above", "period", "status").agg(pl.col("n").sum())
    return counted.collect(engine="streaming")


SQL = f"""
    WITH own AS (
        SELECT place, period, CASE
            WHEN (flags & {Flag.EXISTS.value}) = 0 THEN {Status.ABSENT.value}
            WHEN (flags & {Flag.EXCUSED.value}) <> 0 THEN {Status.EXCUSED.value}
            WHEN due = {NEVER} THEN {Status.UNDATED.value}
            WHEN (flags & {Flag.REQUESTED.value}) <> 0 THEN {Status.REQUESTED.value}
            WHEN (flags & {Flag.LIVE.value}) <> 0 AND first < due THEN {Status.ON_TIME.value}
            WHEN (flags & {Flag.LIVE.value}) <> 0 THEN {Status.LATE.value}
            WHEN first <> {NEVER} AND {T} < greatest(due, correction) THEN {Status.RETURNED.value}
            WHEN due <= {T} THEN {Status.OVERDUE.value}
            WHEN due - reminder <= {T} THEN {Status.DUE_SOON.value}
            ELSE {Status.NOT_DUE.value} END AS status, count(*) AS n
        FROM obligation GROUP BY 1, 2, 3
    )
    SELECT above, period, status, sum(n)::bigint AS n FROM own JOIN closure USING (place) GROUP BY 1, 2, 3
"""  # noqa: S608 - numbers of our own
"""What DuckDB and PostgreSQL are asked."""


def duckdb_with(tables: Mapping[str, pl.DataFrame]) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB that has such tables of its own."""
    connection = duckdb.connect()
    for name, given in tables.items():
        connection.register("given", given.to_arrow())
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")  # noqa: S608
    return connection


def by_duckdb(connection: duckdb.DuckDBPyConnection) -> dict[str, npt.NDArray[Any]]:
    """Count by subtree, period and status."""
    found: dict[str, npt.NDArray[Any]] = connection.execute(SQL).fetchnumpy()
    return found


def to_cube(found: Any, shape: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Return counts in the form of `Cube`."""
    cube = np.zeros(shape, np.int64)
    above, period, status, n = (np.asarray(found[name]) for name in ("above", "period", "status", "n"))
    cube[above, period, status] = n
    return cube
