"""Tips found that a deadline passed."""

from __future__ import annotations

from contracts.events.tips import TipDeadlineMissed
from runtime.database import Write
from services.reports.evaluation.tips import TipFactKind
from services.reports.usecases.note_tip import note_tip


async def on_tip_deadline_missed(event: TipDeadlineMissed, tx: Write) -> None:
    """Note it: the tip is late from then on, if tips says so: not where it was handled in time before."""
    if event.late:
        note_tip(event, TipFactKind.DEADLINE_MISSED, tx=tx)
