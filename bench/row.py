"""One figure: what was measured, beside what, and whether it holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with its bound. A `ratio` stands for value / beside, and is then what the bound is for."""

    area: str
    name: str
    n: int
    """How many things were done in a round."""
    value: float
    unit: str
    bound: float
    direction: Literal["at least", "at most"]
    beside: float | None = None
    """The same of what it is compared with, measured in the same rounds."""

    @property
    def ratio(self) -> float | None:
        return None if self.beside is None else self.value / self.beside

    @property
    def holds(self) -> bool:
        found = self.value if self.ratio is None else self.ratio
        return found >= self.bound if self.direction == "at least" else found <= self.bound


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table to read."""
    lines = [f"{'area':10} {'name':28} {'n':>7} {'value':>12} {'beside':>12} {'ratio':>6}  bound"]
    for row in rows:
        beside = "" if row.beside is None else shown(row.beside)
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        verdict = f"{row.direction} {row.bound:g}: {'holds' if row.holds else 'DOES NOT HOLD'}"
        value = f"{shown(row.value)} {row.unit}"
        lines.append(f"{row.area:10} {row.name:28} {row.n:7,} {value:>12} {beside:>12} {ratio:>6}  {verdict}")
    return "\n".join(lines)


def shown(value: float) -> str:
    """Return a figure to read: what is small has more digits."""
    return f"{value:,.1f}" if value >= 10 else f"{value:.2f}"


def save(rows: Sequence[Row]) -> None:
    """Write the rows to `bench/results.json`, in the place of those of the same areas."""
    areas = {row.area for row in rows}
    kept = [row for row in _saved() if row["area"] not in areas]
    new = [{**asdict(row), "ratio": row.ratio, "holds": row.holds} for row in rows]
    RESULTS.write_text(json.dumps([*kept, *new], indent=2, ensure_ascii=False) + "\n")


def _saved() -> list[dict[str, object]]:
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else []
