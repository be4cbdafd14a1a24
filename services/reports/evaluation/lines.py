"""Hold what units say towards indicators as arrays: a line for each unit, indicator and year, a slot for a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import Indices
from services.reports.evaluation.compliance import Layout
from services.reports.evaluation.history import Instants
from services.reports.evaluation.slots import SLOTS
from services.reports.evaluation.tally import NOWHERE

LinesOfFigures = npt.NDArray[Any]
"""Shape [lines, N and D], int32, or int64 where one does not fit; 0 wherever the figures are not complete."""
Masks = npt.NDArray[np.uint32]
"""Shape [lines, masks]: a bit for each slot."""
About = npt.NDArray[np.int32]
"""Shape [lines, what is told about one]."""
Bytes = npt.NDArray[np.uint8]

Changes = npt.NDArray[np.int64]
"""What reports say now, shape [changes, 5] by `Change`; those of a line stand together."""

N, D = 0, SLOTS
"""Where in a row n begins, and d, each with as many places as there are slots."""

LARGEST_NARROW: Final = (1 << 31) - 1
LARGEST_FIGURE: Final = 1 << 42
MOST_LINES: Final = 1 << 17
"""So many lines of one indicator with such figures in each month still add up to less than 2^63."""


class FigureTooLarge(ValueError):
    """A figure of a report is larger than what sums can be promised for."""


class TooManyLines(ValueError):
    """So many units report towards one indicator that its sums might not fit."""


class Side(IntFlag):
    """What a reading of a report asks for: figures that are summed above the line, below it, or both as a pair."""

    N = 1
    D = 2


class Way(IntFlag):
    """How a line is read. The lowest two bits are the sides that it has."""

    N_ADDS = 4
    """The figures of disjoint periods add up; of others the last counts."""
    D_ADDS = 8
    ALONE = 16
    """Figures of several periods come to nothing: persons reached in four quarters are not a yearly figure."""


class Mark(IntEnum):
    """Which masks a line has."""

    ASKED = 0
    """The unit is asked for exactly the sides of this line: what it says of the period is counted here."""
    IN = 1
    """Its own report speaks for the period, even if only in part."""
    COMPLETE = 2
    """Its own report has all that is wanted."""
    AWAITED = 3
    """A report must come."""
    PENDING = 4
    """One that must come has still time."""


class Tell(IntEnum):
    """What is told about a line."""

    UNIT = 0
    PROMISE = 1
    WAYS = 2
    BOUND = 3
    """A mask: the periods for which the words hold by which it is read."""


class Change(IntEnum):
    """What is told of a change."""

    LINE = 0
    SLOT = 1
    """NO_SLOT if no report says anything else: only how obligations stand has changed."""
    N = 2
    D = 3
    IS_COMPLETE = 4


_CUT_OFF_SHIFT, _SIDES_SHIFT = 5, 6


def packed(slot: int, cut_off: int, sides: int) -> int:
    """Return in one byte for which slot an obligation is, by which cut-off it ends, and which sides it counts."""
    return slot | cut_off << _CUT_OFF_SHIFT | sides << _SIDES_SHIFT


def slot_in(byte: int) -> int:
    """Return the slot that is packed in a byte."""
    return byte & (1 << _CUT_OFF_SHIFT) - 1


def sides_in(byte: int) -> Side:
    """Return the sides that are packed in a byte."""
    return Side(byte >> _SIDES_SHIFT)


@dataclass(frozen=True, slots=True)
class Bearing:
    """An obligation that bears on a line."""

    row: int
    packed: int


@dataclass(frozen=True, slots=True)
class Line:
    """What one unit is asked towards one promise (an indicator in one year), read in one way."""

    unit: int
    promise: int
    ways: int
    bearings: tuple[Bearing, ...]
    """By slot, and in the order in which its reports are read. At least one."""
    bound: int = (1 << SLOTS) - 1

    @property
    def sides(self) -> Side:
        return Side(self.ways & (Side.N | Side.D))


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines. They are made empty, and written to by `Ratios.write`, `Ratios.enter` and `awaiting.mark`."""

    figures: LinesOfFigures
    masks: Masks
    about: About
    begins: Instants
    """Shape [lines + 1]: where the obligations that bear on a line begin."""
    row: Indices
    """Shape [bearings]: places in the columns."""
    packed: Bytes
    """Shape [bearings]."""

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Self:
        """Return arrays for these lines."""
        bearings = [bearing for line in lines for bearing in line.bearings]
        return cls(
            figures=np.zeros((len(lines), 2 * SLOTS), np.int32),
            masks=np.zeros((len(lines), len(Mark)), np.uint32),
            about=np.array([(one.unit, one.promise, one.ways, one.bound) for one in lines], np.int32).reshape(-1, 4),
            begins=np.cumsum([0, *(len(line.bearings) for line in lines)], dtype=np.int64),
            row=np.array([bearing.row for bearing in bearings], np.int32),
            packed=np.array([bearing.packed for bearing in bearings], np.uint8),
        )

    def __len__(self) -> int:
        return len(self.about)

    def widened(self) -> Lines:
        """Return the same with room for figures of any size."""
        wide = self.figures.astype(np.int64)
        return Lines(wide, self.masks, self.about, self.begins, self.row, self.packed)

    def copy(self) -> Lines:
        """Return lines whose figures and masks may be written to, as they were or will be at another instant."""
        return Lines(self.figures.copy(), self.masks.copy(), self.about, self.begins, self.row, self.packed)

    @property
    def nbytes(self) -> int:
        arrays = (self.figures, self.masks, self.about, self.begins, self.row, self.packed)
        return sum(array.nbytes for array in arrays)


@dataclass(frozen=True, slots=True)
class Placed:
    """Lines in the order of the places of a tree, and there in the order of their promises."""

    place: Indices
    """Shape [lines]: NOWHERE if it is in no sum."""
    order: Indices
    """Shape [lines that are somewhere]."""
    begins: Instants
    """Shape [places + 1]: where the lines of a place begin in `order`."""

    @classmethod
    def by(cls, lines: Lines, layout: Layout) -> Self:
        """Place lines in a tree.

        Raises:
            TooManyLines: Sums over them might not fit.
        """
        place, promise = layout.place[lines.about[:, Tell.UNIT]], lines.about[:, Tell.PROMISE]
        if np.bincount(promise, minlength=1).max() > MOST_LINES:
            raise TooManyLines(f"more than {MOST_LINES:,} lines of one indicator")
        order = np.lexsort([promise, place]).astype(np.int32)
        order = order[np.count_nonzero(place == NOWHERE) :]
        sizes = np.bincount(place[order], minlength=len(layout.parent))
        return cls(place, order, np.concatenate([[0], np.cumsum(sizes)]))

    @property
    def nbytes(self) -> int:
        return self.place.nbytes + self.order.nbytes + self.begins.nbytes
