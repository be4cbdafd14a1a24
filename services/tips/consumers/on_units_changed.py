"""Plans told of units that began, changed or ended."""

from __future__ import annotations

from contracts.events.plans import UnitsChanged
from runtime.database import Write
from runtime.reference import apply_units_change


async def on_units_changed(event: UnitsChanged, tx: Write) -> None:
    """Take the units over. With the last part of a decision all of it takes effect."""
    await apply_units_change(event, tx)
