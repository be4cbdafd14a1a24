"""Tips handed a tip to the competent unit."""

from __future__ import annotations

from contracts.events.tips import TipTransferred
from runtime.database import Write
from services.reports.evaluation.tips import TipFactKind
from services.reports.usecases.note_tip import note_tip


async def on_tip_transferred(event: TipTransferred, tx: Write) -> None:
    """Note it: for the unit that received it, the tip is handled."""
    note_tip(event, TipFactKind.TRANSFERRED, tx=tx)
