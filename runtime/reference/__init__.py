"""What every service knows of the units and the calendar, which plans owns: projections, and checks against them."""

from runtime.reference.actor import Actor
from runtime.reference.apply import apply_calendar_change, apply_units_change
from runtime.reference.view import Look, Reference, ReferenceView

__all__ = ["Actor", "Look", "Reference", "ReferenceView", "apply_calendar_change", "apply_units_change"]
