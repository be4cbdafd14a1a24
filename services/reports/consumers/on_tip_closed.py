"""Tips closed a tip."""

from __future__ import annotations

from contracts.events.tips import TipClosed
from runtime.database import Write
from services.reports.evaluation.tips import TipFactKind
from services.reports.usecases.note_tip import note_tip


async def on_tip_closed(event: TipClosed, tx: Write) -> None:
    """Note it: the tip is handled, since the instant at which it was."""
    note_tip(event, TipFactKind.CLOSED, tx=tx)
