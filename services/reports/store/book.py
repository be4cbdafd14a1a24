"""Enter a plan with all that was ever owed under it: past years at once, with histories of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from contracts.plan import Plan, Requirement
from kernel.clock import from_micros
from runtime.database import Read, Write, copy_rows, insert_rows
from runtime.inbox import inbox
from services.reports.domain.obligation import Obligation
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.flat import flatten
from services.reports.evaluation.history import Fact
from services.reports.store.numbers import begin_series, number_periods, number_units
from services.reports.store.obligations import HistoryRow, ObligationRow
from services.reports.store.plans import keep_version, note_generated, plans_after
from services.reports.store.reports import CoverRow, ReportRow, ReportVersionRow

_state = ObligationRow.__table__  # type: ignore[attr-defined]
_history = HistoryRow.__table__  # type: ignore[attr-defined]
_report = ReportRow.__table__  # type: ignore[attr-defined]
_cover = CoverRow.__table__  # type: ignore[attr-defined]
_version = ReportVersionRow.__table__  # type: ignore[attr-defined]

_REPORTS = UUID("3f0d1c6b-28a4-5d0f-8a39-7b1e6c2d9f04")


@dataclass(frozen=True, slots=True)
class Kept:
    """An obligation, and what happened to it, in order."""

    obligation: Obligation
    facts: Sequence[Fact]
    """Their revision is that of the transaction that enters them; the first one is its opening."""
    figures: dict[str, int] | None = None
    """What its first version says, where that is kept."""


async def has_plans(read: Read) -> bool:
    """Tell whether any plan was issued."""
    return bool(await plans_after(read, 0))


async def note_handled(tx: Write, consumer: str, event_ids: Iterable[UUID]) -> None:
    """Note events as handled, whose effect is entered otherwise."""
    rows = [{"consumer": consumer, "event_id": one, "recorded_at": tx.recorded_at} for one in event_ids]
    await insert_rows(tx.connection, inbox, rows)


async def enter_plan(tx: Write, plan: Plan, occurred_at: datetime, kept: Sequence[Kept]) -> None:
    """Write a plan with its obligations, all of them new. They give no alarms: their time is past."""
    await keep_version(tx, plan, occurred_at)
    opened = kept[0].facts[0]
    owed = [one.obligation for one in kept]
    units = await number_units(tx, (one.unit_id for one in owed))
    periods = await number_periods(tx, (one.period.key for one in owed))
    opening = {"opened_at": from_micros(opened.occurred_at), "opened_recorded_at": from_micros(opened.recorded_at)}
    series = await begin_series(tx, owed, title="", **opening)
    states = (
        (
            *_what(one.obligation),
            *(units[one.obligation.unit_id], periods[one.obligation.period.key], series[one.obligation.id]),
            *_stands(one),
            *(len(one.facts), tx.number),
        )
        for one in kept
    )
    await copy_rows(tx.connection, _state, _STATE, states)
    await copy_rows(tx.connection, _history, _HISTORY, _histories(kept, plan, tx.number))
    await _enter_figures(tx, plan, [one for one in kept if one.figures is not None and len(one.facts) > 1])
    await note_generated(tx, plan.plan_id)


_STATE = (
    *("id", "plan_id", "rule", "unit_id", "period", "requirement", "title", "unit_no", "period_no", "series_no"),
    *("due", "first_receipt_at", "first_recorded_at", "accepted_at", "correction_due_at", "flags"),
    *("version", "revision"),
)
_HISTORY = (
    *("obligation_id", "revision", "ordinal", "kind", "occurred_at", "recorded_at", "due_at", "version"),
    *("correction_due_at", "trace"),
)


def _what(one: Obligation) -> tuple[Any, ...]:
    return one.id, one.plan_id, one.rule, one.unit_id, one.period.key, one.requirement.value, ""


def _stands(one: Kept) -> tuple[int, ...]:
    flat = flatten(one.facts)
    requested = Flag.REQUESTED.value if one.obligation.requirement is Requirement.REQUESTED else 0
    received = (flat.first_receipt_at, flat.first_recorded_at, flat.accepted_at)
    return (flat.due, *received, flat.correction_due_at, flat.flags | requested)


def _histories(kept: Sequence[Kept], plan: Plan, revision: int) -> Iterator[tuple[Any, ...]]:
    by = {"by": str(plan.issuer_id), "client": "book", "channel": "api"}
    digest = next((one.obligation.due.digest for one in kept if one.obligation.due), "")
    opened = json.dumps({"plan_version": plan.version, "calendar": digest}).encode()
    for one in kept:
        owed = one.obligation
        later = json.dumps({"report": str(_report_of(owed)), **by}).encode() if len(one.facts) > 1 else b""
        for fact in one.facts:
            yield (
                *(owed.id, revision, fact.ordinal, fact.kind.value, fact.occurred_at, fact.recorded_at),
                *(fact.due_at, fact.version, fact.correction_due_at),
                later if fact.ordinal else opened,
            )


def _report_of(owed: Obligation) -> UUID:
    return uuid5(_REPORTS, str(owed.id))


async def _enter_figures(tx: Write, plan: Plan, kept: Sequence[Kept]) -> None:
    """Write a report with one version for each obligation that has figures."""
    reports, covers, versions = [], [], []
    for one in kept:
        owed, report_id = one.obligation, _report_of(one.obligation)
        state = {2: "submitted", 3: "accepted"}[len(one.facts)]
        received = one.facts[1]
        reports.append(
            (report_id, plan.plan_id, owed.unit_id, plan.issuer_id, state, 1, 1, received.recorded_at, tx.number)
        )
        covers.append((owed.id, report_id, tx.number))
        sheets = {str(owed.id): {"figures": one.figures, "nil": False}}
        content = json.dumps({"sheets": sheets, "narrative": {}, "provisional": False}).encode()
        versions.append(
            (
                report_id,
                1,
                content,
                owed.unit_id,
                received.occurred_at,
                "api",
                "",
                received.recorded_at,
                tx.number,
                False,
            )
        )
    await copy_rows(tx.connection, _report, _REPORT, reports)
    await copy_rows(tx.connection, _cover, ("obligation_id", "report_id", "revision"), covers)
    await copy_rows(tx.connection, _version, _VERSION, versions)


_REPORT = ("id", "plan_id", "unit_id", "receiver_id", "state", "version", "etag", "created_at", "revision")
_VERSION = (
    *("report_id", "version", "content", "sent_by", "received_at", "channel", "evidence", "recorded_at"),
    *("revision", "correction"),
)
