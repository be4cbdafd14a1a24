"""What the state of this service says that it has told: to be compared with the outbox."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from contracts.events.reports import (
    ObligationDueSoon,
    ObligationEscalated,
    ObligationOverdue,
    ReportAccepted,
    ReportReturned,
    ReportSubmitted,
)
from runtime.alarms import alarm
from runtime.comparison import Fact, Told
from runtime.database import Read
from services.reports.domain.alarm import AlarmKind
from services.reports.evaluation.history import FactKind
from services.reports.store.obligations import HistoryRow
from services.reports.store.reports import CoverRow, ReportRow, ReportVersionRow

_history = HistoryRow.__table__  # type: ignore[attr-defined]
_report = ReportRow.__table__  # type: ignore[attr-defined]
_cover = CoverRow.__table__  # type: ignore[attr-defined]
_version = ReportVersionRow.__table__  # type: ignore[attr-defined]

_JUDGED = {FactKind.RETURNED.value: ReportReturned.type, FactKind.ACCEPTED.value: ReportAccepted.type}
_ALARMS = {
    AlarmKind.DUE_SOON.value: ObligationDueSoon.type,
    AlarmKind.OVERDUE.value: ObligationOverdue.type,
    AlarmKind.ESCALATED.value: ObligationEscalated.type,
}


async def told(read: Read, after: int) -> Told:
    """Return what was told in transactions after a revision, by versions, histories of obligations, and alarms.

    Of a report that nobody asked for there is no obligation whose history would tell when it was judged.
    """
    received = select(_version.c.report_id, _version.c.revision)
    received = received.where(_version.c.received_at.is_not(None), _version.c.revision > after)
    facts = Counter(
        Fact(ReportSubmitted.type, str(row.report_id), row.revision) for row in await read.execute(received)
    )
    judged = select(_history.c.kind, _history.c.revision, _history.c.trace)
    judged = judged.where(_history.c.kind.in_(_JUDGED), _history.c.revision > after)
    # One report may cover several obligations; what happens to it happens to all, and is told once.
    facts.update({Fact(_JUDGED[row.kind], row.trace["report"], row.revision) for row in await read.execute(judged)})
    raised = select(alarm.c.kind, alarm.c.subject_id, alarm.c.revision).where(alarm.c.revision > after)
    facts.update(Fact(_ALARMS[row.kind], str(row.subject_id), row.revision) for row in await read.execute(raised))
    unsolicited = select(_report.c.id).where(_report.c.id.not_in(select(_cover.c.report_id)))
    untraced = {(kind, str(one)) for one in (await read.execute(unsolicited)).scalars() for kind in _JUDGED.values()}
    return Told(facts, untraced)
