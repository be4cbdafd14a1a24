"""What obligations have in common that were opened together under one rule."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.reports.evaluation.columns import Flags, Mask
from services.reports.evaluation.decide import OPEN, UNOPENED, UNWANTED


class Series(NamedTuple):
    """Obligations that were opened by one decision under one rule."""

    reminder: int
    """How long before its due instant an obligation counts as due soon, in microseconds."""
    opened_at: int
    opened_recorded_at: int


class AllSeries:
    """A table of series: rows are added, never changed."""

    def __init__(self) -> None:
        self._all: list[Series] = []
        self._columns = np.empty((3, 16), np.int64)

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, number: int) -> Series:
        return self._all[number]

    def add(self, series: Series) -> int:
        """Enter a series and return its number."""
        number = len(self._all)
        if number == self._columns.shape[1]:
            self._columns = np.concatenate([self._columns, self._columns], axis=1)
        self._columns[:, number] = series.reminder, series.opened_at, series.opened_recorded_at
        self._all.append(series)
        return number

    @property
    def reminder(self) -> npt.NDArray[np.int64]:
        """By number."""
        return self._columns[0, : len(self)]

    @property
    def opened_at(self) -> npt.NDArray[np.int64]:
        """By number, in microseconds UTC."""
        return self._columns[1, : len(self)]

    def asked(self, wanted: Mask, t: int, known_at: int) -> Flags:
        """Say of each series whether it is UNWANTED, or UNOPENED or OPEN at `t`, as known at `known_at`."""
        is_open = (self.opened_at <= t) & (self._columns[2, : len(self)] <= known_at)
        return np.where(wanted, np.where(is_open, OPEN, UNOPENED), UNWANTED).astype(np.uint8)
