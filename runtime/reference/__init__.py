"""What every service knows of the units and the calendar, which plans owns: projections, and checks against them."""

from runtime.reference.actor import Actor
from runtime.reference.apply import apply_calendar_change, apply_units_change
from runtime.reference.view import Reference, ReferenceView

__all__ = ["Actor", "Reference", "ReferenceView", "apply_calendar_change", "apply_units_change"]
