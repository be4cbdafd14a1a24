"""Which indicator is met: value, coverage and verdict of every promise of a plan, at any instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import msgspec

from contracts import plan as contract
from kernel.calendar.period import Period
from kernel.ids import UnitId
from services.reports.board.cells import NAMED
from services.reports.board.judged import Judged, Viewpoint
from services.reports.board.memory import Memory, visible_at
from services.reports.board.promised_now import cells_now, cells_then
from services.reports.board.shapes import Standpoint, UnitName, encode, standpoint, unit_name
from services.reports.board.territory import TreeOf
from services.reports.domain.promise import periods_of
from services.reports.evaluation.evidence import Basis
from services.reports.evaluation.indicator import Answer, Value
from services.reports.evaluation.tips import TipsFigures
from services.reports.evaluation.verdict import Verdict


class TargetShown(msgspec.Struct, frozen=True):
    """The threshold: per cent for shares and growth, a number otherwise."""

    at_least: int | None
    at_most: int | None


class ValueShown(msgspec.Struct, frozen=True):
    """n of d, as integers; null is unknown, which is not zero."""

    n: int | None
    d: int | None


class TipsShown(msgspec.Struct, frozen=True):
    """What the tips service counted: the four add up to all tips received in the period."""

    handled_in_time: int
    handled_late: int
    running_in_time: int
    running_late: int


class Coverage(msgspec.Struct, frozen=True):
    """How many units are counted, of those that are expected."""

    counted: int
    expected: int
    missing: list[UnitName]
    """Who is expected and has not reported in full, by code; on the board at most the first hundred."""
    missing_more: int
    """How many others are missing."""


class IndicatorShown(msgspec.Struct, frozen=True):
    """How one indicator stands over one period."""

    code: str
    name: str
    area: str
    measure: str
    source: str
    period: str
    verdict: str
    reason: str | None
    """Why it is not judged, or why there is no data."""
    value: ValueShown
    own_books: ValueShown | None
    """Of the tips indicator: what units report from their own books, shown apart."""
    tips: TipsShown | None
    """Of the tips indicator: what the tips service counted; null until it has told of any tip."""
    target: TargetShown | None
    provisional: bool
    coverage: Coverage


class IndicatorsAnswer(msgspec.Struct, frozen=True):
    """The indicator board."""

    standpoint: Standpoint
    plan: str
    version: int | None
    """The version of the plan in force at the instant; null before the first one takes effect."""
    unit: UnitName
    tree: str
    basis: str
    generating: bool
    indicators: list[IndicatorShown]


@dataclass(frozen=True, slots=True)
class IndicatorsQuestion:
    """Which indicators, from where."""

    plan: str
    unit_id: UnitId
    as_of: datetime | None = None
    known_at: datetime | None = None
    basis: Basis = Basis.ACCEPTED
    tree: TreeOf = "then"

    is_timed: ClassVar[bool] = False

    def viewpoint(self, memory: Memory, t: int) -> Viewpoint:
        """Return from where the question looks, if it is asked at `t`."""
        return Viewpoint(self.plan, self.unit_id, t, visible_at(memory, self.known_at), self.basis, self.tree)

    def answer(self, memory: Memory, t: int) -> bytes:
        """Return the board as JSON."""
        known_at = visible_at(memory, self.known_at)
        asked = self.viewpoint(memory, t)
        book = Judged.at(memory, asked)
        shown = [shown_of(memory, *found, most=NAMED) for found in self._judged(memory, asked, book)] if book else []
        return encode(
            IndicatorsAnswer(
                standpoint=standpoint(memory, as_of=self.as_of, known_at=self.known_at, t=t),
                plan=self.plan,
                version=book.plan.version if book else None,
                unit=unit_name(memory, self.unit_id),
                tree=self.tree,
                basis=self.basis.value,
                generating=memory.is_generating(self.plan, known_at),
                indicators=shown,
            )
        )

    def _judged(
        self, memory: Memory, asked: Viewpoint, book: Judged
    ) -> Iterator[tuple[contract.Indicator, Period, Answer]]:
        """Yield every indicator over each of its periods: from sums what they decide, and the rest one by one."""
        is_now = self.as_of is None and self.known_at is None
        cells = (cells_now if is_now else cells_then)(memory, asked, book.plan)
        for indicator in book.plan.indicators:
            for period in periods_of(book.plan, indicator):
                found = None if cells is None else cells.find(indicator, period)
                yield book.one(indicator, period) if found is None else (found[0], period, found[1])


def shown_of(
    memory: Memory, indicator: contract.Indicator, period: Period, found: Answer, *, most: int | None = None
) -> IndicatorShown:
    """Return how an indicator stands, for people and other systems; `most` limits how many missing units are named."""
    missing = _by_code(memory, found.missing)[:most]
    return IndicatorShown(
        code=indicator.code,
        name=indicator.name,
        area=indicator.area.value,
        measure=indicator.measure.measure,
        source=indicator.source.value,
        period=period.key,
        verdict=found.verdict.value,
        reason=reason_of(indicator, found),
        value=_value(found.value),
        own_books=_value(found.own_books) if indicator.source is contract.Source.TIPS else None,
        tips=_tips(found.tips),
        target=None if found.target is None else TargetShown(found.target.at_least, found.target.at_most),
        provisional=found.is_provisional,
        coverage=Coverage(found.counted, found.expected, missing, found.expected - found.counted - len(missing)),
    )


def reason_of(indicator: contract.Indicator, found: Answer) -> str | None:
    """Return why an indicator is not judged, or whose figures are lacking where there are none."""
    if found.reason is not None:
        return found.reason.value
    if found.verdict is not Verdict.NO_DATA:
        return None
    match indicator.source:
        case contract.Source.TIPS:
            return "tips_service_silent"
        case contract.Source.REFERRALS:
            return "no_statistics_released"
        case _:
            return "no_figures_yet"


def _value(value: Value) -> ValueShown:
    return ValueShown(value.n, value.d)


def _tips(tips: TipsFigures | None) -> TipsShown | None:
    if tips is None:
        return None
    return TipsShown(tips.handled_in_time, tips.handled_late, tips.running_in_time, tips.running_late)


def _by_code(memory: Memory, numbers: Iterable[int]) -> list[UnitName]:
    """Return units in an order that is the same in every process, unlike their numbers."""
    return sorted((unit_name(memory, memory.owed.units[one]) for one in numbers), key=lambda unit: (unit.code, unit.id))
