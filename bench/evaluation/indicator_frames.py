"""The same sums and verdicts by Polars and by DuckDB: on the same lines in the same order, their masks as columns.

Both are spared what this book does not need: lines are marked already, and what is of a commune alone is not grouped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from bench.evaluation.frames import closure, duckdb_with
from bench.evaluation.reported import AT_LEAST, SLOTS_OF_A_YEAR, Reported
from services.reports.evaluation.lines import D, Mark, N, Tell, Way
from services.reports.evaluation.ruling import Ruling
from services.reports.evaluation.slots import ALTERNATIVES, NO_SLOT, SLOTS, WHOLES

_LEVELS = (range(12, 16), range(16, 18), range(18, 19), range(19, 20))
"""Wholes that stand on nothing but what is in the levels before."""
ADDED = ("n", "d", "stated", "expected", "missing", "pending", "provisional")
"""What is added up over units; `stated` are those that have figures."""
KEYS = ("above", "promise")


def lines_frame(book: Reported) -> pl.DataFrame:
    """Return the lines as a table: a column for n, d and each mask of each period."""
    lines = book.ratios.lines
    columns: dict[str, npt.NDArray[Any]] = {"place": book.ratios.placed.place, "promise": lines.about[:, Tell.PROMISE]}
    for way in (Way.N_ADDS, Way.D_ADDS, Way.ALONE):
        columns[str(way.name).lower()] = (lines.about[:, Tell.WAYS] & way) != 0
    for slot in range(SLOTS):
        columns[f"n{slot}"], columns[f"d{slot}"] = lines.figures[:, N + slot], lines.figures[:, D + slot]
        for mask in Mark:
            columns[f"{mask.name.lower()}{slot}"] = (lines.masks[:, mask] >> np.uint32(slot) & 1) != 0
        columns[f"known{slot}"] = columns[f"complete{slot}"]
    return pl.DataFrame(columns)


def _filled_in(slot: int) -> dict[str, str]:
    """Return in SQL what is known of a whole, and its n and d: its own report, or what stands for it."""
    cases = {name: [f"WHEN in{slot} THEN {name}{slot}"] for name in ("known", "n", "d")}
    for choice in ALTERNATIVES[slot - WHOLES].tolist():
        parts = [part for part in choice if part != NO_SLOT]
        if len(parts) == 1:
            for name, of_name in cases.items():
                of_name.append(f"WHEN in{parts[0]} THEN {name}{parts[0]}")
        elif parts:
            when = f"WHEN NOT alone AND ({' OR '.join(f'known{part}' for part in parts)}) THEN"
            cases["known"].append(f"{when} TRUE")
            for side in ("n", "d"):
                total = " + ".join(f"{side}{part}" for part in parts)
                last = " ".join(f"WHEN known{part} THEN {side}{part}" for part in reversed(parts))
                cases[side].append(f"{when} CASE WHEN {side}_adds THEN {total} {last} ELSE 0 END")
    nothing = {"known": "FALSE", "n": "0", "d": "0"}
    return {f"{name}{slot}": f"CASE {' '.join(of)} ELSE {nothing[name]} END" for name, of in cases.items()}


def _said(slot: int) -> dict[str, str]:
    """Return in SQL what a line adds for the period of a slot."""
    provisional = f"(awaited{slot} AND NOT in{slot} AND known{slot})"
    shown = f"((complete{slot} AND asked{slot}) OR {provisional})"
    is_so = {
        "stated": shown,
        "expected": f"awaited{slot}",
        "missing": f"(awaited{slot} AND NOT complete{slot})",
        "pending": f"pending{slot}",
        "provisional": provisional,
    }
    figures = {side: f"CASE WHEN {shown} THEN {side}{slot} ELSE 0 END" for side in ("n", "d")}
    return figures | {name: f"CASE WHEN {so} THEN 1 ELSE 0 END" for name, so in is_so.items()}


def _added() -> dict[str, str]:
    """Return in SQL what a line adds, a column for each number and period."""
    return {f"{name}_{slot}": sql for slot in SLOTS_OF_A_YEAR for name, sql in _said(slot).items()}


def _rulings() -> dict[str, str]:
    return {f"ruling_{slot}": _ruling(slot) for slot in SLOTS_OF_A_YEAR}


def _ruling(slot: int) -> str:
    reached = f"100 * n_{slot} >= {AT_LEAST} * d_{slot}"
    return f"""CASE WHEN stated_{slot} = 0 THEN {Ruling.NO_DATA}
        WHEN missing_{slot} = 0 AND d_{slot} = 0 THEN {Ruling.EMPTY_POPULATION}
        WHEN missing_{slot} = 0 AND {reached} THEN {Ruling.MET} WHEN missing_{slot} = 0 THEN {Ruling.NOT_MET}
        WHEN pending_{slot} = 0 THEN {Ruling.INCOMPLETE}
        WHEN {reached} THEN {Ruling.ON_TRACK} ELSE {Ruling.AT_RISK} END"""


def by_polars(lines: pl.DataFrame, above: pl.DataFrame) -> pl.DataFrame:
    """Add up and judge with the streaming engine."""
    wide = lines.lazy()
    for level in _LEVELS:
        named = {name: sql for slot in level for name, sql in _filled_in(slot).items()}
        wide = wide.with_columns(_expressions(named))
    said = wide.select("place", "promise", *(one.cast(pl.Int64) for one in _expressions(_added())))
    sums = [pl.col(name).sum() for name in _added()]
    upper = said.join(above.lazy(), on="place").group_by(*KEYS).agg(sums).select(*KEYS, *_added())
    added = pl.concat([said.rename({"place": "above"}), upper])
    return added.with_columns(_expressions(_rulings())).collect(engine="streaming")


def _expressions(columns: Mapping[str, str]) -> list[pl.Expr]:
    return [pl.sql_expr(sql).alias(name) for name, sql in columns.items()]


def _named(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items())


def _sql() -> str:
    steps, last, keys = [], "line", ", ".join(KEYS)
    for number, level in enumerate(_LEVELS):
        filled_in = _named({name: sql for slot in level for name, sql in _filled_in(slot).items()})
        steps.append(f"level{number} AS (SELECT * REPLACE ({filled_in}) FROM {last})")  # noqa: S608 - names of our own
        last = f"level{number}"
    steps.append(f"said AS (SELECT place, promise, {_named(_added())} FROM {last})")  # noqa: S608
    sums = _named({name: f"sum({name})::bigint" for name in _added()})
    own = f"SELECT place AS above, promise, {', '.join(_added())} FROM said"  # noqa: S608
    upper = f"SELECT {keys}, {sums} FROM said JOIN closure USING (place) GROUP BY {keys}"  # noqa: S608
    steps.append(f"added AS ({own} UNION ALL {upper})")
    return f"WITH {', '.join(steps)} SELECT *, {_named(_rulings())} FROM added"  # noqa: S608


_SQL = _sql()


def places_above(book: Reported) -> pl.DataFrame:
    """Return each place with each that stands above it, without itself."""
    return closure(book.book).filter(pl.col("place") != pl.col("above"))


def tables_of(lines: pl.DataFrame, above: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB that has the lines as a table of its own."""
    return duckdb_with({"line": lines, "closure": above})


def by_duckdb(connection: duckdb.DuckDBPyConnection) -> Mapping[str, npt.NDArray[Any]]:
    """Add up and judge."""
    found: dict[str, npt.NDArray[Any]] = connection.execute(_SQL).fetchnumpy()
    return found
