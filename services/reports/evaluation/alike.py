"""Find the units that owe the same reports: their lines are alike, and are made once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import Indices
from services.reports.evaluation.lines import Line, Lines, Mark, Tell
from services.reports.evaluation.said import Promise
from services.reports.evaluation.slots import SLOTS


@dataclass(frozen=True, slots=True)
class Owing:
    """Units that owe reports for the same periods, which count for the same elements."""

    units: Indices
    """Shape [units]."""
    rows: Indices
    """Shape [units, rows]: the obligations of each, in the order in which their reports are read."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Such units with their lines, which stand unit by unit."""

    owing: Owing
    lines: tuple[tuple[Promise, Line], ...]
    """Those of the first unit, in their order."""
    first: int
    """The number of its first line."""

    @property
    def end(self) -> int:
        """The number behind that of the last line of the last unit."""
        return self.first + len(self.owing.units) * len(self.lines)

    def first_of(self, place: int) -> int:
        """Return the number of the first line of the unit at a place among these units."""
        return self.first + place * len(self.lines)

    def places(self, rows: Iterable[int]) -> list[int]:
        """Return which of its obligations some of the first unit's rows are."""
        place = {row: number for number, row in enumerate(self.owing.rows[0].tolist())}
        return [place[row] for row in rows]


def owing_alike(rows: Indices, unit: Indices, asks: npt.NDArray[np.int64]) -> list[Owing]:
    """Return units with the rows that they owe, together with all that owe the same.

    Of each row there is its unit, and a number for what it asks: for which period, and for which elements.
    """
    order = np.argsort(unit, kind="stable")
    rows, unit, asks = rows[order], unit[order], np.ascontiguousarray(asks[order])
    begins = np.flatnonzero(np.diff(unit, prepend=-1)).tolist()
    found: dict[bytes, list[tuple[int, int]]] = {}
    for begin, end in pairwise([*begins, len(rows)]):
        found.setdefault(asks[begin:end].tobytes(), []).append((begin, end))
    return [
        Owing(unit[[begin for begin, _ in spans]], np.stack([rows[begin:end] for begin, end in spans]))
        for spans in found.values()
    ]


def lines_alike(groups: Sequence[Alike]) -> Lines:
    """Return the lines of all units of all groups."""
    if not groups:
        return Lines.of([])
    made = [_lines(group) for group in groups]
    sizes = np.concatenate([np.diff(one.begins) for one in made])
    about = np.concatenate([one.about for one in made])
    return Lines(
        figures=np.zeros((len(about), 2 * SLOTS), np.int32),
        masks=np.zeros((len(about), len(Mark)), np.uint32),
        about=about,
        begins=np.concatenate([[0], np.cumsum(sizes)]),
        row=np.concatenate([one.row for one in made]),
        packed=np.concatenate([one.packed for one in made]),
    )


def _lines(group: Alike) -> Lines:
    owing, of_first = group.owing, Lines.of([line for _, line in group.lines])
    many = len(owing.units)
    about = np.tile(of_first.about, (many, 1))
    about[:, Tell.UNIT] = np.repeat(owing.units, len(of_first))
    return Lines(
        figures=of_first.figures,
        masks=of_first.masks,
        about=about,
        begins=np.concatenate([[0], np.cumsum(np.tile(np.diff(of_first.begins), many))]),
        row=owing.rows[:, group.places(of_first.row.tolist())].reshape(-1),
        packed=np.tile(of_first.packed, many),
    )
