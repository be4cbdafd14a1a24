"""Say why an obligation has its status: rule, article, calendar, and every event, in Vietnamese or English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from contracts.plan import Plan, Rule
from kernel.calendar.days_off import Calendar
from kernel.calendar.due import Bound, Roll, due
from kernel.calendar.period import CutOff, parse_period
from kernel.clock import ICT, from_micros, to_micros
from kernel.problems import Language
from services.reports.board.words import of_status, wording
from services.reports.domain.obligation import due_rule, rule_of
from services.reports.evaluation.book import Book
from services.reports.evaluation.columns import Duty
from services.reports.evaluation.history import Fact, FactKind
from services.reports.evaluation.status import Status
from services.reports.store.obligations import to_fact


class EventShown(msgspec.Struct, frozen=True):
    """One thing that happened to the obligation."""

    kind: str
    occurred_at: datetime
    recorded_at: datetime
    revision: int
    counted: bool
    """Whether it had occurred by the instant asked about, and was recorded by what may be known."""
    due_at: datetime | None
    version: int | None
    correction_due_at: datetime | None
    trace: dict[str, Any]


class CalendarShown(msgspec.Struct, frozen=True):
    """How the due day was found."""

    wording: str
    last_timely_on: date | None
    rolled_on: date | None
    """The last timely day after rolling to a working day, where the rule rolls."""
    digest: str | None
    """SHA-256 of the calendar with which the stored due instant was found."""
    articles: list[str]


class ObligationExplanation(msgspec.Struct, frozen=True):
    """Why one obligation has its status."""

    obligation_id: UUID
    plan: str
    rule: str
    rule_name: str
    reference: str
    """Where the plan says so."""
    period: str
    covers_from: date | None
    covers_until: date | None
    """Exclusive."""
    as_of: datetime
    known_at: datetime
    status: str
    because: str
    due_at: datetime | None
    first_receipt_at: datetime | None
    correction_due_at: datetime | None
    calendar: CalendarShown
    events: list[EventShown]


@dataclass(frozen=True, slots=True)
class ObligationCase:
    """All that an explanation is made of."""

    obligation: Any
    plan: Plan
    history: Sequence[Any]
    calendar: Calendar


def explain_obligation(
    case: ObligationCase, *, t: datetime, known_at: datetime, language: Language
) -> ObligationExplanation:
    """Return why an obligation has its status at `t`, as known at `known_at`."""
    rule = rule_of(case.plan, case.obligation.rule)
    facts = [to_fact(row) for row in case.history]
    at, known = to_micros(t), to_micros(known_at)
    book = Book()
    reminder = rule.reminder_days * 86_400_000_000
    requested = case.obligation.requirement == "requested"
    row = book.add(Duty(unit=0, period=0, rule=0, plan=0, reminder=reminder, requested=requested), facts)
    standing, status = book.standing(row, at, known), book.status(row, at, known)
    period = parse_period(case.obligation.period)
    span = period.days(rule.cut_off)
    return ObligationExplanation(
        obligation_id=case.obligation.id,
        plan=case.plan.slug,
        rule=rule.code,
        rule_name=rule.name,
        reference=rule.reference,
        period=period.key,
        covers_from=None if span is None else span.starts_on,
        covers_until=None if span is None else span.until,
        as_of=t,
        known_at=known_at,
        status=status.label,
        because=_because(status, standing, language),
        due_at=_instant(standing.due_at),
        first_receipt_at=_instant(standing.first_receipt_at),
        correction_due_at=_instant(standing.correction_due_at),
        calendar=_calendar(case, rule, language),
        events=[_event(raw, fact, at, known) for raw, fact in zip(case.history, facts, strict=True)],
    )


def _calendar(case: ObligationCase, rule: Rule, language: Language) -> CalendarShown:
    found = due(due_rule(rule.due), parse_period(case.obligation.period), case.calendar)
    articles = []
    if rule.cut_off is CutOff.DECREE_09:
        articles.append("NĐ 09/2019/NĐ-CP, Điều 12")
    if rule.due.bound is not Bound.UNSTATED:
        articles.append("BLDS 2015, Điều 148.6")
    if rule.due.roll is Roll.NEXT_WORKING_DAY:
        articles.append("BLDS 2015, Điều 148.5")
    return CalendarShown(
        wording=wording(rule, language),
        last_timely_on=None if found is None else found.last_timely_on,
        rolled_on=None if found is None else found.rolled_on,
        digest=case.obligation.calendar_digest,
        articles=articles,
    )


def _because(status: Status, standing: Any, language: Language) -> str:
    instants = {
        "due": _local(standing.due_at),
        "first": _local(standing.first_receipt_at),
        "correction": _local(standing.correction_due_at),
    }
    return of_status(status, language).format_map(instants)


def _event(row: Any, fact: Fact, t: int, known_at: int) -> EventShown:
    return EventShown(
        kind=FactKind(row.kind).name.lower(),
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        revision=row.revision,
        counted=fact.occurred_at <= t and fact.recorded_at <= known_at,
        due_at=row.due_at,
        version=row.version,
        correction_due_at=row.correction_due_at,
        trace=row.trace,
    )


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _local(micros: int | None) -> str:
    """Write an instant as people in Viet Nam read it."""
    return "–" if micros is None else from_micros(micros).astimezone(ICT).strftime("%H:%M:%S %d/%m/%Y")
