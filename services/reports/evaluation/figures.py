"""Keep the figures of all versions of all reports in flat arrays, and say how figures of a kind add up over time."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
import numpy.typing as npt

from kernel.calendar.period import Period, month
from services.reports.evaluation.columns import Duty


class ElementKind(StrEnum):
    """How the figures of a data element add up over time; over units all of them do."""

    FLOW = "flow"
    """Over disjoint periods."""
    STOCK = "stock"
    """The last one counts."""
    CUMULATIVE = "cumulative"
    """From the start of the year or the programme: the last one counts."""
    DISTINCT = "distinct"
    """Never: persons reached in four quarters are not a yearly figure."""


@dataclass(frozen=True, slots=True)
class Element:
    """A data element (số liệu), as far as sums depend on it."""

    code: str
    kind: ElementKind
    since: Literal["year", "programme"] = "year"
    """Where a cumulative figure starts."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What one unit says of one element for one period. Unknown is not zero."""

    total: int | None = None
    """None if the figure is unknown, or if its parts do not add up to one."""
    by_month: Mapping[Period, int] = field(default_factory=dict)
    """The entries for single months, where there are any."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The figures of one version of one report."""

    nil: bool
    """"Không phát sinh": a confirmed zero for all that is not stated."""
    totals: Mapping[str, int]
    by_month: Mapping[str, Mapping[Period, int]]

    def states(self, element: str) -> bool:
        """Say whether the sheet itself has the figure, so that nil does not speak for it."""
        return element in self.totals or element in self.by_month


@dataclass(frozen=True, slots=True)
class Stated:
    """What versions themselves say of some elements, each array of shape [versions, elements]."""

    total: npt.NDArray[np.int64]
    """0 where there is no figure for the whole period."""
    whole: npt.NDArray[np.bool_]
    """Whether there is one."""
    monthly: npt.NDArray[np.bool_]
    """Whether there are figures for single months."""
    nil: npt.NDArray[np.bool_]
    """Shape [versions]: whether all that is not stated is a confirmed zero."""


_WHOLE_PERIOD = -1
"""Stands for the month where a figure is one for all of its period."""
_NOTHING = (0, 0, False)


class Figures:
    """All figures: an entry for each element and month of a version in three arrays, of which a version is a slice.

    What a version says never changes, so entering it again changes nothing.
    """

    def __init__(self) -> None:
        self._slices: dict[tuple[Duty, int], tuple[int, int, bool]] = {}
        self._codes: list[str] = []
        self._numbers: dict[str, int] = {}
        self._element = array("i")
        self._month = array("i")
        self._value = array("q")

    def add(
        self,
        duty: Duty,
        version: int,
        totals: Mapping[str, int],
        *,
        by_month: Mapping[str, Mapping[Period, int]] | None = None,
        nil: bool = False,
    ) -> None:
        """Enter what a version says for one of the obligations that its report discharges."""
        if (duty, version) in self._slices:
            return
        start = len(self._value)
        for code, value in totals.items():
            self._append(code, _WHOLE_PERIOD, value)
        for code, entries in (by_month or {}).items():
            for of_month, value in entries.items():
                self._append(code, of_month.year * 12 + of_month.index - 1, value)
        self._slices[duty, version] = start, len(self._value), nil

    def sheet(self, duty: Duty, version: int) -> Sheet | None:
        """Return what a version says; None if it was never entered."""
        found = self._slices.get((duty, version))
        if found is None:
            return None
        start, until, nil = found
        totals: dict[str, int] = {}
        by_month: dict[str, dict[Period, int]] = {}
        for place in range(start, until):
            code, value = self._codes[self._element[place]], self._value[place]
            if self._month[place] == _WHOLE_PERIOD:
                totals[code] = value
            else:
                year, index = divmod(self._month[place], 12)
                by_month.setdefault(code, {})[month(year, index + 1)] = value
        return Sheet(nil, totals, by_month)

    def stated(self, versions: Sequence[tuple[Duty, int]], codes: Sequence[str]) -> Stated:
        """Return what versions say of elements, all at once; one that was never entered says nothing."""
        begin, until, nil = np.array([self._slices.get(one, _NOTHING) for one in versions], np.int64).reshape(-1, 3).T
        version = np.repeat(np.arange(len(begin)), until - begin)
        entry = np.arange(len(version)) + np.repeat(until - np.cumsum(until - begin), until - begin)
        # One more for the elements that are not asked for.
        column_of = np.full(len(self._codes), len(codes))
        for column, code in enumerate(codes):
            if code in self._numbers:
                column_of[self._numbers[code]] = column
        element, of_month = np.asarray(self._element)[entry], np.asarray(self._month)[entry]
        cell, is_whole = (version, column_of[element]), of_month == _WHOLE_PERIOD
        shape = (len(begin), len(codes) + 1)
        total, whole, monthly = np.zeros(shape, np.int64), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
        total[cell[0][is_whole], cell[1][is_whole]] = np.asarray(self._value)[entry[is_whole]]
        whole[cell[0][is_whole], cell[1][is_whole]] = True
        monthly[cell[0][~is_whole], cell[1][~is_whole]] = True
        return Stated(total[:, :-1], whole[:, :-1], monthly[:, :-1], nil.astype(np.bool_))

    def _append(self, code: str, month_number: int, value: int) -> None:
        number = self._numbers.setdefault(code, len(self._codes))
        if number == len(self._codes):
            self._codes.append(code)
        self._element.append(number)
        self._month.append(month_number)
        self._value.append(value)


def total_over_time(kind: ElementKind, values: Sequence[int]) -> int | None:
    """Return what figures of consecutive periods come to; None if they come to nothing that can be known.

    >>> total_over_time(ElementKind.FLOW, [3, 4]), total_over_time(ElementKind.STOCK, [3, 4])
    (7, 4)
    >>> total_over_time(ElementKind.DISTINCT, [3, 4]) is None
    True
    """
    match kind:
        case ElementKind.FLOW:
            return sum(values) if values else None
        case ElementKind.DISTINCT if len(values) > 1:
            return None
        case _:
            return values[-1] if values else None


def together(kind: ElementKind, quantities: Sequence[Quantity]) -> Quantity:
    """Return what figures of disjoint periods, in time order, come to for the whole of them."""
    totals = [quantity.total for quantity in quantities if quantity.total is not None]
    by_month = {of_month: value for quantity in quantities for of_month, value in quantity.by_month.items()}
    return Quantity(total_over_time(kind, totals), by_month)
