"""Note what the tips service tells of a tip, whatever is known here of the tip or its unit."""

from __future__ import annotations

from contracts.events.tips import TipClassified, TipClosed, TipDeadlineMissed, TipReceived, TipTransferred
from runtime.database import Write
from services.reports.evaluation.tips import TipFactKind
from services.reports.store.tips import add_tip_fact

TipEvent = TipReceived | TipClassified | TipTransferred | TipClosed | TipDeadlineMissed


def note_tip(event: TipEvent, kind: TipFactKind, *, tx: Write) -> None:
    """Write down that a tip was received, or what became of it. Its number and its category are not needed here."""
    add_tip_fact(
        tx,
        {
            "tip_id": event.tip_id,
            "kind": kind.value,
            "unit_id": event.unit_id,
            "received_at": event.received_at,
            "occurred_at": event.occurred_at,
            "handled_at": event.handled_at if isinstance(event, TipClosed) else None,
            "late": event.late,
        },
    )
