"""Tips says what a tip is before the law."""

from __future__ import annotations

from contracts.events.tips import TipClassified
from runtime.database import Write
from services.reports.evaluation.tips import TipFactKind
from services.reports.usecases.note_tip import note_tip


async def on_tip_classified(event: TipClassified, tx: Write) -> None:
    """Note it, and whether the tip is late by the clocks of its category."""
    note_tip(event, TipFactKind.CLASSIFIED, tx=tx)
