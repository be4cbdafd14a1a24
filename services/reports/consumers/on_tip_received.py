"""Tips took a tip in."""

from __future__ import annotations

from contracts.events.tips import TipReceived
from runtime.database import Write
from services.reports.evaluation.tips import TipFactKind
from services.reports.usecases.note_tip import note_tip


async def on_tip_received(event: TipReceived, tx: Write) -> None:
    """Note it: it counts for the unit that received it, and its clocks run."""
    note_tip(event, TipFactKind.RECEIVED, tx=tx)
