"""Say why an obligation has its status: rule, article, calendar, and every event, in Vietnamese or English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from contracts.plan import Plan, Rule
from kernel.calendar.due import Bound, Roll
from kernel.calendar.period import CutOff, parse_period
from kernel.clock import from_micros, legal_day, to_micros
from kernel.problems import Language
from services.reports.board.words import local_time, of_status, wording
from services.reports.domain.alarm import DAY
from services.reports.domain.obligation import effective_at
from services.reports.evaluation.history import FactKind, fold
from services.reports.evaluation.status import Status, status_at
from services.reports.store.obligations import to_fact

_SETS_DUE = frozenset({"opened", "due_moved", "due_set"})


class EventShown(msgspec.Struct, frozen=True):
    """One thing that happened to the obligation."""

    kind: str
    occurred_at: datetime
    recorded_at: datetime
    revision: int
    counted: bool
    """Whether it had occurred by the instant asked about."""
    due_at: datetime | None
    version: int | None
    correction_due_at: datetime | None
    trace: dict[str, Any]


class CalendarShown(msgspec.Struct, frozen=True):
    """How the due day was found."""

    wording: str
    last_timely_on: date | None
    """The last day on which the report is on time."""
    digest: str | None
    """SHA-256 of the calendar with which the due instant in force was found; null where a person set it."""
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
    versions: Sequence[Any]
    """The rows of all versions of the plan, the first one first."""
    history: Sequence[Any]

    def wording_at(self, t: datetime, known_at: datetime) -> tuple[Plan, Rule]:
        """Return the rule as it was worded at `t`, with its plan: at first, or by an amendment in force by then."""
        worded = self._worded()
        in_force = [
            (plan, rule)
            for row, plan, rule in worded
            if row.recorded_at <= known_at and max(row.occurred_at, effective_at(plan)) <= t
        ]
        return in_force[-1] if in_force else worded[0][1:]

    @property
    def reminder(self) -> int:
        """How long before it is due it counts as due soon, in microseconds: as the rule said at first."""
        return self._worded()[0][2].reminder_days * DAY

    def _worded(self) -> list[tuple[Any, Plan, Rule]]:
        versions = [(row, Plan.model_validate(row.document)) for row in self.versions]
        return [(row, plan, rule) for row, plan in versions for rule in plan.rules if rule.code == self.obligation.rule]


def explain_obligation(
    case: ObligationCase, *, t: datetime, known_at: datetime, language: Language
) -> ObligationExplanation:
    """Return why an obligation has its status at `t`, as known at `known_at`; what was recorded later is left out."""
    plan, rule = case.wording_at(t, known_at)
    history = [row for row in case.history if row.recorded_at <= known_at]
    requested = case.obligation.requirement == "requested"
    at, known = to_micros(t), to_micros(known_at)
    standing = fold((to_fact(one) for one in history), at, known)
    status = status_at(standing, at, reminder=case.reminder, requested=requested)
    period = parse_period(case.obligation.period)
    span = period.days(rule.cut_off)
    events = [_event(one, counted=one.occurred_at <= t) for one in history]
    return ObligationExplanation(
        obligation_id=case.obligation.id,
        plan=plan.slug,
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
        calendar=_calendar(rule, _instant(standing.due_at), events, language),
        events=events,
    )


def _calendar(rule: Rule, due_at: datetime | None, events: Sequence[EventShown], language: Language) -> CalendarShown:
    articles = []
    if rule.cut_off is CutOff.DECREE_09:
        articles.append("NĐ 09/2019/NĐ-CP, Điều 12")
    if rule.due.bound is not Bound.UNSTATED:
        articles.append("BLDS 2015, Điều 148.6")
    if rule.due.roll is Roll.NEXT_WORKING_DAY:
        articles.append("BLDS 2015, Điều 148.5")
    setting = [one for one in events if one.counted and one.kind in _SETS_DUE and one.due_at == due_at]
    return CalendarShown(
        wording=wording(rule, language),
        last_timely_on=None if due_at is None else legal_day(due_at) - timedelta(days=1),
        digest=setting[-1].trace.get("calendar") if setting else None,
        articles=articles,
    )


def _because(status: Status, standing: Any, language: Language) -> str:
    instants = {
        "due": local_time(standing.due_at),
        "first": local_time(standing.first_receipt_at),
        "correction": local_time(standing.correction_due_at),
    }
    return of_status(status, language).format_map(instants)


def _event(row: Any, *, counted: bool) -> EventShown:
    return EventShown(
        kind=FactKind(row.kind).name.lower(),
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        revision=row.revision,
        counted=counted,
        due_at=row.due_at,
        version=row.version,
        correction_due_at=row.correction_due_at,
        trace=row.trace,
    )


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
