"""Say why an indicator has its verdict: threshold, units counted and missing, and every report that is used."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts import plan as contract
from kernel.calendar.period import Period
from kernel.clock import from_micros
from kernel.problems import Language
from services.reports.board.indicators import (
    IndicatorShown,
    IndicatorsQuestion,
    reason_of,
    shown_of,
)
from services.reports.board.judged import Judged
from services.reports.board.memory import Memory
from services.reports.board.shapes import Standpoint, UnitName, encode, standpoint, unit_name
from services.reports.board.words import local_time, of_reason, of_release, of_tips, of_verdict
from services.reports.evaluation.contribution import Contribution
from services.reports.evaluation.evidence import Used
from services.reports.evaluation.indicator import Answer
from services.reports.evaluation.measures import Target
from services.reports.evaluation.releases import Release


class ReportUsed(msgspec.Struct, frozen=True):
    """A version of a report whose figures are in the value."""

    report_id: UUID
    version: int
    obligation_id: UUID
    rule: str
    period: str


class UnitContribution(msgspec.Struct, frozen=True):
    """What one unit adds."""

    unit: UnitName
    expected: bool
    counted: bool
    provisional: bool
    """Its figures are those of shorter periods."""
    figures: dict[str, int | None]
    meets: bool | None
    """Where units are judged by themselves."""
    reports: list[ReportUsed]


class ReleaseUsed(msgspec.Struct, frozen=True):
    """The released statistics in which the figures were looked up."""

    release_id: UUID
    occurred_at: datetime


class IndicatorExplanation(msgspec.Struct, frozen=True):
    """Why one indicator has its verdict."""

    standpoint: Standpoint
    plan: str
    version: int
    unit: UnitName
    indicator: IndicatorShown
    section: str
    """Where it stands in the plan."""
    note: str
    because: str
    judged: str | None
    """The receiver's reason, where a person judged it."""
    release: ReleaseUsed | None
    """Of an indicator on support: where its figures come from."""
    units: list[UnitContribution]


@dataclass(frozen=True, slots=True)
class IndicatorExplanationQuestion:
    """Which cell of the indicator board."""

    board: IndicatorsQuestion
    indicator: str
    period: str
    language: Language

    is_timed: ClassVar[bool] = False

    @property
    def as_of(self) -> datetime | None:
        """The instant asked about."""
        return self.board.as_of

    def answer(self, memory: Memory, t: int) -> bytes:
        """Return the explanation; `null` if the plan has no such cell at the instant."""
        book = Judged.at(memory, self.board.viewpoint(memory, t))
        cell = None if book is None else book.cell(self.indicator, self.period)
        if book is None or cell is None:
            return b"null"
        indicator, period, found = cell
        judged = book.judgement(indicator, period)
        return encode(
            IndicatorExplanation(
                standpoint=standpoint(memory, as_of=self.board.as_of, known_at=self.board.known_at, t=t),
                plan=self.board.plan,
                version=book.plan.version,
                unit=unit_name(memory, self.board.unit_id),
                indicator=shown_of(memory, indicator, period, found),
                section=indicator.section,
                note=indicator.note,
                because=self._because(indicator, found),
                judged=None if judged is None else judged.reason,
                release=_release(found.release),
                units=sorted((_unit(memory, one) for one in found.contributions), key=_by_code),
            )
        )

    def _because(self, indicator: contract.Indicator, found: Answer) -> str:
        facts = {
            "reason": of_reason(reason_of(indicator, found), self.language),
            "counted": found.counted,
            "expected": found.expected,
            "n": "–" if found.value.n is None else found.value.n,
            "d": "–" if found.value.d is None else found.value.d,
            "target": _target(found.target, indicator),
        }
        sentences = [of_verdict(found.verdict, self.language, with_units=found.expected > 0).format_map(facts)]
        if found.tips is not None:
            sentences.append(of_tips(self.language).format_map(asdict(found.tips)))
        if found.release is not None:
            released = local_time(found.release.occurred_at)
            sentences.append(of_release(self.language).format(released=released))
        return " ".join(sentences)


def _release(release: Release | None) -> ReleaseUsed | None:
    return None if release is None else ReleaseUsed(release.id, from_micros(release.occurred_at))


def _unit(memory: Memory, one: Contribution) -> UnitContribution:
    return UnitContribution(
        unit=unit_name(memory, memory.owed.units[one.unit]),
        expected=one.expected,
        counted=one.complete,
        provisional=one.provisional,
        figures={code: quantity.total for code, quantity in one.quantities.items()},
        meets=one.meets,
        reports=[_used(memory, used) for used in one.used],
    )


def _by_code(one: UnitContribution) -> tuple[str, UUID]:
    return one.unit.code, one.unit.id


def _used(memory: Memory, used: Used) -> ReportUsed:
    row, duty = memory.owed.row(used.row), memory.owed.book.columns.duty(used.row)
    period: Period = used.period
    return ReportUsed(memory.report_of[duty], used.version, row.id, row.rule, period.key)


def _target(target: Target | None, indicator: contract.Indicator) -> str:
    if target is None:
        return "–"
    unit = " %" if indicator.measure.measure in {"ratio", "units_meeting", "growth"} else ""
    at_least = "" if target.at_least is None else f"≥ {target.at_least}{unit}"
    at_most = "" if target.at_most is None else f"≤ {target.at_most}{unit}"
    return ", ".join(part for part in (at_least, at_most) if part)
