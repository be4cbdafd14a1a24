"""Plans told of units that began, changed or ended."""

from __future__ import annotations

from contracts.events.plans import UnitsChanged
from runtime.database import Write
from runtime.reference import apply_units_change


async def on_units_changed(event: UnitsChanged, tx: Write) -> None:
    """Take the units over. Who enforces, and who lies below whom, is asked of the tree when it matters."""
    await apply_units_change(event, tx)
