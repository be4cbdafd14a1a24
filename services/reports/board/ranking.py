"""Who is late and by how much: units in order, the worst first, a page at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import ClassVar, Literal, NamedTuple
from uuid import UUID

import msgspec
import numpy as np

from kernel.ids import UnitId
from services.reports.board.memory import Memory
from services.reports.board.shapes import Rate, UnitName, encode, rate, unit_name
from services.reports.board.survey import Extent, Heading, Survey
from services.reports.board.territory import Territory
from services.reports.evaluation.columns import Indices
from services.reports.evaluation.lateness import OUTSIDE, Lateness, lateness_by_group

RankedOf = Literal["children", "reporters"]
"""Each unit directly below with all below it, or each unit anywhere below for what it owes itself."""
RankedBy = Literal["total", "longest", "overdue", "on_time_rate"]

_SECOND = 1_000_000
_UNKNOWN = Fraction(2)
"""Stands behind every rate: nothing was expected of the unit so far."""


class RankedUnit(msgspec.Struct, frozen=True):
    """How late a unit is, over what it owes by a day, is required to send and is not excused from.

    A late obligation counts from its due instant to its first receipt, an overdue one to the instant asked about.
    """

    rank: int
    """From 1 on; equal ones share it, and the next one counts all before it."""
    unit: UnitName
    late: int
    overdue: int
    expected_so_far: int
    reporting_rate: Rate
    on_time_rate: Rate
    total_late_seconds: int
    """Whole seconds, as all of these: rounded down from exact microseconds."""
    longest_late_seconds: int
    mean_late_seconds: int | None
    """Of those that are late or overdue; null if none is."""


class RankingPage(Heading, frozen=True):
    """Units by how late they are, the worst first; equal ones by code."""

    of: str
    by: str
    items: list[RankedUnit]


class RankedKey(NamedTuple):
    """What the list is sorted by."""

    n: int
    d: int
    """n/d is the value that ranks: the lower, the worse."""
    code: str
    id: UUID

    @property
    def order(self) -> tuple[Fraction, str, UUID]:
        return Fraction(self.n, self.d), self.code, self.id


@dataclass(frozen=True, slots=True)
class RankingQuestion:
    """Which units, ranked by what, after which one."""

    extent: Extent
    of: RankedOf = "children"
    by: RankedBy = "total"
    limit: int = 100
    after: RankedKey | None = None
    """The last one of the page before."""

    is_timed: ClassVar[bool] = True

    @property
    def as_of(self) -> datetime | None:
        return self.extent.as_of

    def answer(self, memory: Memory, t: int) -> bytes:
        """Return the page as JSON."""
        survey = Survey(memory, self.extent, t)
        ranked = _ranked(survey, self.of, self.by)
        begin = 0 if self.after is None else bisect_right(ranked, self.after.order, key=lambda one: one.key.order)
        end = begin + self.limit
        return encode(
            RankingPage(
                standpoint=survey.pinned,
                plan=self.extent.plan,
                unit=unit_name(memory, self.extent.unit_id),
                tree=self.extent.tree,
                generating=survey.is_growing,
                total=len(ranked),
                next_cursor=survey.cursor(*ranked[end - 1].key) if end < len(ranked) else None,
                of=self.of,
                by=self.by,
                items=[_shown(one) for one in ranked[begin:end]],
            )
        )


class _Ranked(NamedTuple):
    rank: int
    key: RankedKey
    unit: UnitName
    late: Lateness


def _ranked(survey: Survey, of: RankedOf, by: RankedBy) -> list[_Ranked]:
    """Return all units of which a report is required by a day, the worst first, each with its rank."""
    units, group_of_unit = _groups(survey.territory, of)
    group = group_of_unit[survey.unit]
    found = lateness_by_group(survey.statuses, survey.standings, group, survey.t, groups=len(units))
    named = [
        (unit_name(survey.memory, unit), late) for unit, late in zip(units, found, strict=True) if late.is_required
    ]
    keyed = sorted(((_key(unit, late, by), unit, late) for unit, late in named), key=lambda one: one[0].order)
    ranked: list[_Ranked] = []
    rank, value = 0, (0, 0)
    for number, (key, unit, late) in enumerate(keyed, start=1):
        if (key.n, key.d) != value:
            rank, value = number, (key.n, key.d)
        ranked.append(_Ranked(rank, key, unit, late))
    return ranked


def _groups(territory: Territory, of: RankedOf) -> tuple[Sequence[UnitId], Indices]:
    """Return the units that are ranked, and for each unit, by number, under which of them it counts.

    The unit asked about is not ranked, and what it owes itself is OUTSIDE.
    """
    if of == "reporters":
        return territory.below, np.where(territory.held, territory.position - 1, np.int32(OUTSIDE))
    # The first place is that of the unit asked about, and NOWHERE stands before it.
    return territory.children(), np.maximum(territory.layout.place - 1, np.int32(OUTSIDE))


def _key(unit: UnitName, late: Lateness, by: RankedBy) -> RankedKey:
    """Return the sort key, by what is shown: whoever looks equal is equal."""
    match by:
        case "total":
            value = Fraction(-(late.total // _SECOND))
        case "longest":
            value = Fraction(-(late.longest // _SECOND))
        case "overdue":
            value = Fraction(-late.counts.overdue)
        case "on_time_rate":
            share = late.counts.on_time_rate
            value = Fraction(share.numerator, share.denominator) if share.is_defined else _UNKNOWN
    return RankedKey(value.numerator, value.denominator, unit.code, unit.id)


def _shown(one: _Ranked) -> RankedUnit:
    late = one.late
    return RankedUnit(
        rank=one.rank,
        unit=one.unit,
        late=late.counts.late,
        overdue=late.counts.overdue,
        expected_so_far=late.counts.expected_so_far,
        reporting_rate=rate(late.counts.reporting_rate),
        on_time_rate=rate(late.counts.on_time_rate),
        total_late_seconds=late.total // _SECOND,
        longest_late_seconds=late.longest // _SECOND,
        mean_late_seconds=None if late.mean is None else late.mean // _SECOND,
    )
