"""Receive a version of a report: from here on it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from contracts.events.reports import ReportSubmitted
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.content import ReportContent
from services.reports.domain.report import Act, ReportState, after
from services.reports.evaluation.history import FactKind
from services.reports.store.happenings import Happening, record
from services.reports.store.reports import covered_by, move_report, write_version

Channel = Literal["api", "paper", "email", "post", "hand", "other"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """When and how a version was received."""

    at: datetime
    """The server's instant, or that of another channel (during an outage, or in past years)."""
    channel: Channel = "api"
    evidence: str = ""
    """Proof of a receipt by another channel."""


async def receive_version(
    report: Any, content: ReportContent, receipt: Receipt, *, tx: Write, actor: Actor, version: int
) -> None:
    """Keep a version with its receipt, note it at each obligation, and tell the others.

    Raises:
        TransitionIllegal: The report cannot take a version now.
    """
    act = Act.SUBMIT if ReportState(report.state) is ReportState.DRAFT else Act.CORRECT
    state = after(ReportState(report.state), act)
    await write_version(
        tx,
        {
            "report_id": report.id,
            "version": version,
            "content": content.to_json(),
            "sent_by": actor.unit(),
            "received_at": receipt.at,
            "channel": receipt.channel,
            "evidence": receipt.evidence,
            "correction": act is Act.CORRECT,
        },
    )
    await move_report(tx, report, state, version=version)
    obligation_ids = await covered_by(tx, report.id)
    trace = {"report": str(report.id), "by": str(actor.unit()), "client": actor.client, "channel": receipt.channel}
    happening = Happening(FactKind.SUBMITTED, receipt.at, version=version, trace=trace)
    await record(tx, {one: [happening] for one in obligation_ids})
    tx.publish(
        ReportSubmitted(
            report_id=report.id,
            version=version,
            plan_id=report.plan_id,
            unit_id=report.unit_id,
            obligation_ids=tuple(obligation_ids),
            occurred_at=receipt.at,
        )
    )
